// SPDX-License-Identifier: Apache-2.0
#include "detect_session.hpp"

#include <unistd.h>

#include "errors.hpp"

namespace sonde::tool {

DetectSession::DetectSession(const std::string& file, Console& console)
    : input_{file}, output_{STDOUT_FILENO, "standard output"}, writer_{output_}, console_{console} {}

int DetectSession::judge(const DetectCounts& counts, FunctionRef<void(PeekableSource&)> run) {
    if (input_.regular()) {
        console_.start_progress();
        input_.before_read([&] { console_.progress(input_.position(), input_.size(), counts.rows); });
    } else {
        input_.before_read([&] { writer_.flush(); });  // whoever reads us has every row before we wait
    }
    PeekableSource input{input_};
    int code = exit_fine;
    try {
        run(input);
        if (counts.rows > 0 && counts.bad == counts.rows) {
            console_.message("no row could be read: is the separator a comma? is the file compressed?");
            code = exit_failed;
        }
    } catch (const RunError& error) {
        if (counts.rows == 0) throw;
        console_.message(error.what());
        code = exit_failed;
    }
    console_.message(summary_of(counts));
    return code;
}

}  // namespace sonde::tool
