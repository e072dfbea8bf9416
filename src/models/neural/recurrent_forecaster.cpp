// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/neural/recurrent_forecaster.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "models/copy_owned.hpp"
#include "models/neural/online_tuner.hpp"
#include "models/neural/packed_recurrent_network.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"

namespace sonde {

/// A stream, and the network that forecasts it.
struct detail::RecurrentStream {
    RecurrentStream(RecurrentNetwork known, FeatureScaling scale, SeriesForm kind)
        : network{std::move(known)},
          scaling{std::move(scale)},
          series{kind},
          packed{network},
          state{packed.begin()},
          last(network.inputs()),
          row(network.inputs()),
          out(network.inputs()) {}

    RecurrentNetwork network;  // as it was given: a tuner has numbers of its own
    FeatureScaling scaling;
    SeriesForm series;
    PackedRecurrentNetwork packed;
    RecurrentState state;
    std::vector<float> last, row, out;   // the last observation; what goes in and what comes out, at scale
    bool seen = false, stepped = false;  // an observation, a step of the network
    OnlineTuning tuning{};
    std::optional<OnlineTuner> tuner{};
};

template class detail::Owned<detail::RecurrentStream>;

namespace {

constexpr std::string_view where = "RecurrentForecaster";

void check(const OnlineTuning& tuning) {
    if (tuning.window < 1 || tuning.window > 1024)
        fail(where, "window", static_cast<double>(tuning.window), "in [1, 1024]");
    if (!is_finite(tuning.learning_rate) || tuning.learning_rate <= 0 || tuning.learning_rate > 1)
        fail(where, "learning_rate", tuning.learning_rate, "in (0, 1]");
    if (!is_finite(tuning.clip_norm) || tuning.clip_norm <= 0 || tuning.clip_norm > 1e15)
        fail(where, "clip_norm", tuning.clip_norm, "in (0, 1e15]");
    if (tuning.loss >= Loss::cross_entropy)
        fail(where, "loss", static_cast<double>(tuning.loss), "squared, absolute or huber");
}

detail::RecurrentStream* stream(RecurrentNetwork network, FeatureScaling scaling, SeriesForm series) {
    if (network.outputs() != network.inputs())
        fail(where, "outputs of the network", static_cast<double>(network.outputs()),
             "as many as its inputs");
    if (scaling.dimension() != network.inputs())
        fail(where, "features of the scaling", static_cast<double>(scaling.dimension()),
             "the inputs of the network");
    if (scaling.scaling() == Scaling::robust_asinh)
        fail(where, "scaling", static_cast<double>(scaling.scaling()), "none, standard, robust or range");
    if (series > SeriesForm::changes)
        fail(where, "series", static_cast<double>(series), "one of the enumerators");
    return new detail::RecurrentStream{std::move(network), std::move(scaling), series};
}

/// Into numbers that are there. \throws FormatError  another size, one that is not in [-most, most]
void read_into(ByteReader& reader, std::vector<float>& values, float most) {
    const auto read = reader.f32s();
    if (read.size() != values.size()) fail_format(where, "the size of a state");
    for (const float value : read)
        if (!is_finite(value) || std::abs(value) > most) fail_format(where, "a state that is none");
    values = read;
}

}  // namespace

RecurrentForecaster::RecurrentForecaster(RecurrentNetwork network, FeatureScaling scaling, SeriesForm series)
    : stream_{stream(std::move(network), std::move(scaling), series)} {}

RecurrentForecaster RecurrentForecaster::tuned(const OnlineTuning& tuning) const {
    check(tuning);
    RecurrentForecaster made{network(), stream_->scaling, stream_->series};
    detail::RecurrentStream& s = *made.stream_;
    s.state = stream_->state;
    s.last = stream_->last;
    s.out = stream_->out;
    s.seen = stream_->seen;
    s.stepped = stream_->stepped;
    s.tuning = tuning;
    if (tuning.every > 0) s.tuner.emplace(s.network, tuning);
    return made;
}

std::size_t RecurrentForecaster::dimension() const noexcept { return stream_->row.size(); }
const FeatureScaling& RecurrentForecaster::scaling() const noexcept { return stream_->scaling; }
SeriesForm RecurrentForecaster::series() const noexcept { return stream_->series; }
const OnlineTuning& RecurrentForecaster::tuning() const noexcept { return stream_->tuning; }
std::uint64_t RecurrentForecaster::tuning_steps() const noexcept {
    return stream_->tuner ? stream_->tuner->steps() : 0;
}
std::uint64_t RecurrentForecaster::refused_steps() const noexcept {
    return stream_->tuner ? stream_->tuner->refused() : 0;
}

void RecurrentForecaster::restart() noexcept {
    detail::RecurrentStream& s = *stream_;
    std::fill(s.state.hidden.begin(), s.state.hidden.end(), 0.0F);
    std::fill(s.state.cell.begin(), s.state.cell.end(), 0.0F);
    s.seen = s.stepped = false;
    if (s.tuner) s.tuner->forget();
}

RecurrentNetwork RecurrentForecaster::network() const {
    return stream_->tuner ? detail::with_numbers(stream_->network, stream_->tuner->numbers())
                          : stream_->network;
}

bool RecurrentForecaster::forecast(std::span<double> out) const noexcept {
    const detail::RecurrentStream& s = *stream_;
    if (!s.stepped || out.size() != s.out.size()) return false;
    const auto value = [&s](std::size_t i) {
        const double level = s.series == SeriesForm::changes ? static_cast<double>(s.last[i]) : 0;
        return level + s.scaling.centre()[i] + s.scaling.scale()[i] * static_cast<double>(s.out[i]);
    };
    for (std::size_t i = 0; i < out.size(); ++i)
        if (!is_finite(value(i))) return false;
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = value(i);
    return true;
}

void RecurrentForecaster::learn(const Row& row) noexcept {
    detail::RecurrentStream& s = *stream_;
    if (row.size() != s.row.size() || !all_finite(row)) return;
    const bool first = !s.seen;
    s.seen = true;
    if (s.series == SeriesForm::changes)
        for (std::size_t i = 0; i < row.size(); ++i) s.row[i] = row[i] - s.last[i];
    else
        std::copy(row.begin(), row.end(), s.row.begin());
    std::copy(row.begin(), row.end(), s.last.begin());
    if (s.series == SeriesForm::changes && first) return;
    s.scaling.apply(s.row, s.row);
    if (s.tuner) s.tuner->remember(s.row, s.state);
    s.packed.step(s.row, s.state);
    if (s.tuner) s.tuner->tune(s.packed);
    s.packed.outputs(s.state, s.out);
    s.stepped = true;
}

void RecurrentForecaster::write(ByteWriter& writer) const {
    const detail::RecurrentStream& s = *stream_;
    write_object(writer, network());
    write_object(writer, s.scaling);
    writer.u8(static_cast<std::uint8_t>(s.series));
    writer.u64(s.tuning.every);
    writer.u64(s.tuning.window);
    writer.f64(s.tuning.learning_rate);
    writer.f64(s.tuning.clip_norm);
    writer.u8(static_cast<std::uint8_t>(s.tuning.loss));
    writer.u8(s.seen ? 1 : 0);
    writer.u8(s.stepped ? 1 : 0);
    writer.f32s(s.last);
    writer.f32s(s.state.hidden);
    writer.f32s(s.state.cell);
    if (s.tuner) s.tuner->write(writer);
}

RecurrentForecaster RecurrentForecaster::read(ByteReader& reader, std::uint16_t) try {
    auto network = read_object<RecurrentNetwork>(reader);
    auto scaling = read_object<FeatureScaling>(reader);
    const auto series = static_cast<SeriesForm>(reader.choice(1));
    OnlineTuning tuning;
    tuning.every = static_cast<std::size_t>(reader.u64());
    tuning.window = static_cast<std::size_t>(reader.u64());
    tuning.learning_rate = reader.finite();
    tuning.clip_norm = reader.finite();
    tuning.loss = static_cast<Loss>(reader.choice(static_cast<std::uint8_t>(Loss::huber)));
    const RecurrentForecaster plain{std::move(network), std::move(scaling), series};
    RecurrentForecaster forecaster = plain.tuned(tuning);
    detail::RecurrentStream& s = *forecaster.stream_;
    s.seen = reader.choice(1) == 1;
    s.stepped = reader.choice(1) == 1;
    if (s.stepped ? !s.seen : s.seen && series == SeriesForm::levels)
        fail_format(where, "a stream that cannot be");
    read_into(reader, s.last, 3.4e38F);
    read_into(reader, s.state.hidden, 1.001F);
    read_into(reader, s.state.cell, 1e15F);
    if (s.tuner) s.tuner->read(reader);
    s.packed.outputs(s.state, s.out);
    return forecaster;
} catch (const std::invalid_argument& error) {
    fail_format(where, error.what());
}

}  // namespace sonde
