// SPDX-License-Identifier: Apache-2.0
#include <string_view>
#include <vector>

#include "command.hpp"

int main(int count, char** arguments) {
    const std::vector<std::string_view> views(arguments + (count > 0 ? 1 : 0), arguments + count);
    return sonde::tool::run_tool(views);
}
