// SPDX-License-Identifier: Apache-2.0
#include "sonde/models/neural/training_state.hpp"

#include <string_view>

#include "models/neural/check_state.hpp"
#include "sonde/core/error.hpp"
#include "sonde/core/numeric.hpp"

namespace sonde {

namespace {

constexpr std::string_view where = "TrainingState";

std::vector<EpochLosses> read_history(ByteReader& reader) {
    std::vector<EpochLosses> history(reader.length(3 * sizeof(double)));
    for (EpochLosses& losses : history)
        for (double* value : {&losses.training, &losses.validation, &losses.learning_rate})
            *value = reader.finite();
    return history;
}

bool same_shape(const DenseLayer& a, const DenseLayer& b) {
    return a.inputs == b.inputs && a.outputs == b.outputs && a.activation == b.activation &&
           a.gain.size() == b.gain.size();
}

}  // namespace

void TrainingState::write(ByteWriter& writer) const {
    write_object(writer, network);
    write_object(writer, best);
    writer.f32s(first_moments);
    writer.f32s(second_moments);
    writer.u64(steps);
    writer.u64(seed);
    writer.f64(learning_rate);
    writer.u64(since_slower);
    writer.u64(history.size());
    for (const EpochLosses& losses : history)
        for (const double value : {losses.training, losses.validation, losses.learning_rate})
            writer.f64(value);
}

TrainingState TrainingState::read(ByteReader& reader, std::uint16_t) {
    Network network = read_object<Network>(reader);
    Network best = read_object<Network>(reader);
    TrainingState state{std::move(network), std::move(best), reader.f32s(), reader.f32s()};
    state.steps = reader.u64();
    state.seed = reader.u64();
    state.learning_rate = reader.finite();
    state.since_slower = reader.u64();
    state.history = read_history(reader);
    if (const auto fault = detail::fault_of(state); !fault.empty()) fail_format(where, fault);
    return state;
}

namespace detail {

bool same_shape(const Network& a, const Network& b) {
    if (a.layers().size() != b.layers().size()) return false;
    for (std::size_t i = 0; i < a.layers().size(); ++i)
        if (!sonde::same_shape(a.layers()[i], b.layers()[i])) return false;
    return true;
}

std::string_view fault_of(const TrainingState& state) {
    if (!same_shape(state.network, state.best)) return "two networks of different shapes";
    const std::size_t parameters = state.network.parameters();
    if (state.first_moments.size() != parameters || state.second_moments.size() != parameters)
        return "moments that are not one per parameter";
    for (const float moment : state.first_moments)
        if (!is_finite(moment)) return "a moment that is not finite";
    for (const float moment : state.second_moments)
        if (!is_finite(moment) || moment < 0) return "a second moment that is negative or not finite";
    if (state.steps == 0 || state.steps > max_steps) return "a number of steps that cannot be";
    if (!is_finite(state.learning_rate) || state.learning_rate < 0 || state.learning_rate > max_rate)
        return "a learning rate that cannot be";
    if (state.history.empty()) return "no epoch";
    for (const EpochLosses& losses : state.history)
        if (!is_finite(losses.training) || !is_finite(losses.validation) || !is_finite(losses.learning_rate))
            return "a loss that is not finite";
    if (state.since_slower > state.history.size()) return "more epochs without a better loss than there were";
    return {};
}

}  // namespace detail

}  // namespace sonde
