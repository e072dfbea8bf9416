// SPDX-License-Identifier: Apache-2.0
#pragma once

// ONNX Runtime by its C API, without its header: the package `onnxruntime-node` of npm has the library alone.

#include <dlfcn.h>

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "sonde/core/matrix_view.hpp"

namespace sonde::benchmark {

/// A model `x` (rows of floats) to `score` (a float per row), on one thread. Lives until the process ends.
class OnnxSession {
public:
    /// \param library  libonnxruntime.so.1
    /// \param model    an ONNX file
    OnnxSession(const std::string& library, const std::string& model) : api_{functions_of(library)} {
        void *environment = nullptr, *options = nullptr;
        call<int, const char*, void**>(create_env, 3, "sonde", &environment);
        call<void**>(create_options, &options);
        call<void*, int>(set_optimization, options, 99);  // all
        call<void*, int>(set_threads, options, 1);
        call<void*, const char*, void*, void**>(create_session, environment, model.c_str(), options,
                                                &session_);
        call<int, int, void**>(create_cpu_memory, 0, 0, &memory_);
    }

    /// \param scores  rows.rows() of them
    void run(MatrixView rows, float* scores) {
        const char *input = "x", *output = "score";
        auto& [from, to] = known_[{rows.data(), scores}][rows.rows()];
        if (from == nullptr) {
            from = tensor(const_cast<float*>(rows.data()), {rows.rows(), rows.cols()});
            to = tensor(scores, {rows.rows()});
        }
        call<void*, void*, const char**, void**, std::size_t, const char**, std::size_t, void**>(
            run_session, session_, nullptr, &input, &from, 1, &output, 1, &to);
    }

private:
    /// Which functions these are of OrtApi, whose order does not change (onnxruntime_c_api.h).
    enum Function : std::uint8_t {
        error_message = 2,
        create_env = 3,
        create_session = 7,
        run_session = 9,
        create_options = 10,
        set_optimization = 23,
        set_threads = 24,
        create_tensor = 49,
        create_cpu_memory = 69,
    };

    static void* const* functions_of(const std::string& library) {
        struct Base {
            void* const* (*functions)(std::uint32_t version);
            const char* (*version)();
        };
        void* const opened = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
        void* const base = opened == nullptr ? nullptr : dlsym(opened, "OrtGetApiBase");
        if (base == nullptr) throw std::runtime_error{"cannot load " + library};
        constexpr std::uint32_t oldest = 8;  // that has all of them
        return reinterpret_cast<const Base* (*)()>(base)()->functions(oldest);
    }

    template <class... Values>
    void call(Function function, Values... values) const {
        void* const status = reinterpret_cast<void* (*)(Values...)>(api_[function])(values...);
        if (status != nullptr)
            throw std::runtime_error{
                reinterpret_cast<const char* (*)(const void*)>(api_[error_message])(status)};
    }

    void* tensor(float* values, const std::vector<std::size_t>& sizes) const {
        std::vector<std::int64_t> shape(sizes.begin(), sizes.end());
        std::size_t bytes = sizeof(float);
        for (const std::size_t size : sizes) bytes *= size;
        void* made = nullptr;
        constexpr int type = 1;  // float
        call<void*, void*, std::size_t, const std::int64_t*, std::size_t, int, void**>(
            create_tensor, memory_, values, bytes, shape.data(), shape.size(), type, &made);
        return made;
    }

    void* const* api_;
    void *session_ = nullptr, *memory_ = nullptr;
    /// Tensors are made once, so that a run is all that is timed.
    std::map<std::pair<const float*, const float*>, std::map<std::size_t, std::pair<void*, void*>>> known_;
};

}  // namespace sonde::benchmark
