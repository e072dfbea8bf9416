// SPDX-License-Identifier: Apache-2.0
#include "sonde/recording/shared_folder.hpp"

#include <memory>
#include <stdexcept>

#include "recording/pool.hpp"
#include "recording/region_file.hpp"

namespace sonde {

void share_recordings(const std::string& folder) {
    auto file = std::make_unique<detail::RegionFile>(folder);
    detail::RegionFile* const kept = file.release();  // the pool's, which is never destroyed
    if (detail::Pool::begin_with(*kept)) return;
    kept->discard();
    throw std::logic_error{"share_recordings: must be called once, before the first metric is made"};
}

}  // namespace sonde
