// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace sonde {

/// Puts what this process records into a file of `folder`, so that other processes can read it while it
/// runs, and after it was killed: nothing that was recorded is lost, but for what each thread was just
/// writing. `read_shared_folder` adds the files up. The folder is made when it is not there. Start with an
/// empty one when the service starts anew: files of dead processes count until somebody deletes them, and so
/// does what a destroyed registry recorded.
///
/// Call it once, before the first metric is made: `main`'s first line. Recording costs the same as without,
/// where the folder is in memory, as in /dev/shm; on a disk a record may wait while the kernel writes its page
/// back, and what a crash of the host leaves is not said. Memory: 8 bytes for every bucket that there is
/// (30 kB a latency at the default precision) and thread, set aside in advance, for a full disk must not
/// stop a server. Where there is no room for a thread, threads share; where there is none for a metric, or its
/// 4 MiB of names are full (some 25,000 metrics), it works, unseen from outside. Regions of ended threads
/// are adopted, not folded. Seen from outside are the counters, throughputs, up-down counters, histograms and
/// latencies of registries, by name and labels.
///
/// fork: the child begins a file of its own, and its counts at 0; its windows begin anew at its first tick. A
/// child that is to become another program had better be made by posix_spawn, which leaves no file behind.
/// Threading: thread-safe; one call is taken, and none after a metric was made in any thread.
/// \throws std::logic_error  a metric is there already, or a folder
/// \throws std::runtime_error  the folder or the file cannot be made
void share_recordings(const std::string& folder);

}  // namespace sonde
