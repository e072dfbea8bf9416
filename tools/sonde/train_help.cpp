// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <utility>

#include "detect_catalogue.hpp"
#include "train.hpp"

namespace sonde::tool {
namespace {

constexpr std::string_view usage = R"(Usage: sonde train [OPTIONS] --input FILE --output MODEL

Fits a model to all rows of a file and writes it down, for 'sonde detect
--model MODEL' and for servers, which have it back from the bytes with

  auto model = sonde::from_bytes<sonde::AnyModel>(bytes);

FILE is CSV, npy or idx, told by how it begins; '-' is standard input.

  sonde train --detector autoencoder --input good.csv --output host.model
  sonde train --detector autoencoder --layers 128-64-32-64-128 \
    --activation relu --output-activation sigmoid --loss cross-entropy \
    --scaling none --epochs 10 --batch 256 --patience 0 \
    --input train-images-idx3-ubyte --output images.model --plot losses.svg
)";

constexpr std::string_view notes = R"(
npy: what numpy.save writes, in C order: whole numbers and floats of 4 or 8
bytes, little-endian. idx: the format of MNIST; bytes are scaled from 0..255 to
[0, 1]. The first dimension counts the rows, all others are one row. Columns
have numbers from 1. Compressed files are refused.

A network shows its losses and the time left on a terminal. Ctrl-C ends it after
the epoch that runs, writes the best model so far, and the exit code is 130; a
second Ctrl-C ends at once. A training that is continued with --resume, with
the same options and the same input, ends with the same model, to the bit on
one machine, as one that was not stopped.

Exit codes: 0 fine, with bad rows or without; 1 input or output failed, or
--strict met a bad row; 2 wrong usage; 130 interrupted.
)";

std::vector<OptionSpec> file_options() {
    return {
        {"--input", "FILE", "what to learn from"},
        {"--output", "FILE", "where the model goes; replaced when it is there"},
        {"--detector", "NAME",
         fmt::format("which model: those of several columns in\n'sonde detect --list'; default: {}",
                     model_catalogue()[0].name)},
        {"--columns", "LIST",
         "the features: names or numbers, as in cpu,latency;\n"
         "default: all that are numbers in the first row of\n"
         "data, but time and label"},
        {"--timestamp-column", "NAME|N",
         "the time, which is no feature, or none; default: as\nin 'sonde detect'"},
        {"--label", "NAME|N",
         "1 in rows that are anomalies, 0 in others: svc,\n"
         "decision-tree and random-forest learn it"},
        {"--header", "", "the first row of a CSV names the columns"},
        {"--no-header", "", "the first row is data; default: seen from that row"},
        {"--strict", "", "end at the first bad row, with exit code 1"},
        {"--help", "", "this text"},
    };
}

/// Of networks, which learn in epochs.
std::vector<OptionSpec> network_options() {
    return {
        {"--checkpoint", "FILE", "write the state of the training after each epoch"},
        {"--resume", "FILE", "go on from what --checkpoint wrote"},
        {"--history", "FILE", "write the losses of all epochs as CSV"},
        {"--plot", "FILE", "draw them as SVG"},
    };
}

}  // namespace

std::vector<OptionSpec> train_command_options() {
    auto options = file_options();
    for (auto& option : network_options()) options.push_back(std::move(option));
    return options;
}

std::vector<OptionSpec> train_options() {
    auto specs = train_command_options();
    for (const auto& entry : model_catalogue()) add_detector_options(specs, entry.options);
    add_detector_options(specs, common_model_options());
    return specs;
}

std::string train_help() {
    return fmt::format(
        "{}\nOptions:\n{}\nOf networks:\n{}\n"
        "Options of the models, as in --epochs 20: see 'sonde detect --list'.\n{}",
        usage, describe_options(file_options()), describe_options(network_options()), notes);
}

}  // namespace sonde::tool
