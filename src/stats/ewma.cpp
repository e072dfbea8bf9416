// SPDX-License-Identifier: Apache-2.0
#include "sonde/stats/ewma.hpp"

#include "sonde/core/error.hpp"

namespace sonde {

void Ewma::write(ByteWriter& writer) const {
    write_object(writer, decay_);
    writer.u64(count_);
    writer.u64(rejected_);
    writer.f64(weight_);
    writer.f64(mean_);
}

Ewma Ewma::read(ByteReader& reader, std::uint16_t) {
    Ewma result{read_object<Decay>(reader)};
    result.count_ = reader.u64();
    result.rejected_ = reader.u64();
    result.weight_ = reader.finite();
    result.mean_ = reader.finite();
    const bool empty = result.count_ == 0 && result.weight_ == 0 && result.mean_ == 0;
    const bool weighed = result.weight_ >= 1 && result.weight_ <= static_cast<double>(result.count_);
    const bool counted = result.count_ <= detail::largest_count;
    if (!empty && !(counted && weighed && detail::in_range(result.mean_)))
        fail_format("Ewma", "state that no stream leaves");
    return result;
}

}  // namespace sonde
