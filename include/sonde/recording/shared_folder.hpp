// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace sonde {

/// Puts what this process records into a file of `folder`, so that other processes can read it while it
/// runs, and after it was killed: nothing that was recorded is lost, but for what each thread was just
/// writing. `read_shared_folder` adds the files up. The folder is made when it is not there; one in
/// /dev/shm costs no disk. Start with an empty one when the service starts anew: files of dead processes
/// count until somebody deletes them.
///
/// Call it once, before the first metric is made: `main`'s first line. Recording costs the same as
/// without. Memory: 8 bytes for every bucket that there is (30 kB a latency at the default precision) and
/// thread, allocated in advance, for a full disk must not stop a server; where the disk is full threads
/// share. Regions of ended threads are adopted, not folded. A forked child begins a file of its own, at 0.
/// Seen from outside are the counters, throughputs, up-down counters, histograms and latencies of
/// registries, by name and labels.
/// \throws std::logic_error  a metric is there already, or a folder
/// \throws std::runtime_error  the folder or the file cannot be made
void share_recordings(const std::string& folder);

}  // namespace sonde
