// SPDX-License-Identifier: Apache-2.0
#include "sonde/recording/shared_folder.hpp"

#include <memory>
#include <stdexcept>

#include "recording/pool.hpp"
#include "recording/region_file.hpp"

namespace sonde {

void share_recordings(const std::string& folder) {
    auto* const file = new detail::RegionFile{folder};  // the pool's, which is never destroyed
    if (detail::Pool::begin_with(*file)) return;
    const std::unique_ptr<detail::RegionFile> refused{file};
    refused->discard();
    throw std::logic_error{"share_recordings: must be called once, before the first metric is made"};
}

}  // namespace sonde
