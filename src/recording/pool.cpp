// SPDX-License-Identifier: Apache-2.0
#include "recording/pool.hpp"

#include <pthread.h>

#include <algorithm>
#include <new>

#include "recording/region_memory.hpp"

namespace sonde::detail {

namespace {

/// A few parked regions stay as they are: hosts that start a thread for each request come back soon.
constexpr std::size_t always_parked = 4;

/// What a thread has beside the pointer in `own_region`. Needs no destructor: what runs after the thread's end,
/// or in a signal handler, may still record.
struct ThreadState {
    bool claiming = false;  // a signal handler that records may come in between
    bool shares = false;    // has no region and asks for none any more
    Region* region = nullptr;
};
constinit thread_local ThreadState mine;

/// Its destructor runs when the thread ends; glibc keeps a shared object loaded as long as such a
/// destructor is to run in it.
struct ThreadEnd {
    ~ThreadEnd() {
        Region* const region = mine.region;
        own_region = &no_region;
        mine = {false, true, nullptr};
        if (region != nullptr) Pool::instance().park(region);
    }
};

/// The address of what `Pool::instance` begins with, if somebody came in time.
constinit Atomic<std::uintptr_t> offered;

RegionSource& first_source() {
    if (const std::uintptr_t given = offered.load_ordered(); given != 0)
        return *std::bit_cast<RegionSource*>(given);
    return *new RegionMemory{reach_within_limits(RegionMemory::largest_reach)};
}

/// Moves what a thread counted to the common cells.
void move_cells(Cell* from, Cell* to, const CellLayout& layout) noexcept {
    for (std::size_t i = 0; i < layout.size; ++i) {
        const std::uint64_t n = from[i].load();
        if (n == 0) continue;
        if (i < layout.maxima)
            to[i].raise_to(n);
        else
            to[i].add(n);
    }
}

}  // namespace

constinit const Region no_region{};
constinit thread_local const Region* own_region = &no_region;

Pool& Pool::instance() {
    static Pool* const pool = new Pool{first_source()};
    return *pool;
}

bool Pool::begin_with(RegionSource& source) {
    std::uintptr_t none = 0;
    return offered.replace_ordered(none, std::bit_cast<std::uintptr_t>(&source)) &&
           instance().source_ == &source;
}

Pool::Pool(RegionSource& source) : source_{&source}, reach_{source.reach()}, open_{source.step()} {
    if (!make_room() || map_region() == nullptr) reach_ = 0;
    if (pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child) != 0) throw std::bad_alloc{};
}

CellSlot Pool::take(const CellLayout& layout) {
    const std::lock_guard lock{mutex_};
    const auto offset = slots_.take(layout, reach_);
    if (!offset) return {};
    if (!open_up_to(*offset + layout.size * sizeof(Cell))) {
        slots_.give_back(*offset);
        return {};
    }
    return {*offset, cells_in(regions_.front(), *offset)};
}

void Pool::give_back(const CellSlot& slot) noexcept {
    const std::lock_guard lock{mutex_};
    if (announced_.contains(slot.offset)) return;
    const std::size_t size = slots_.taken().at(slot.offset).size;
    for (Region* const region : regions_) {
        Cell* const cells = cells_in(region, slot.offset);
        for (std::size_t i = 0; i < size; ++i)
            if (cells[i].load() != 0) cells[i].store(0);  // a page that nobody touched stays so
    }
    slots_.give_back(slot.offset);
}

void Pool::announce(std::span<const std::byte> entry, std::initializer_list<std::size_t> offsets) {
    const std::lock_guard lock{mutex_};
    std::set<std::size_t> added{offsets};  // what needs memory comes first
    if (source_->append(entry)) announced_.merge(added);
}

const Region* Pool::claim() noexcept {
    if (mine.region != nullptr || mine.shares || mine.claiming) return mine.region;
    mine.claiming = true;
    static thread_local const ThreadEnd end;  // from here on its destructor will run
    if (std::unique_lock lock{mutex_, std::try_to_lock}; lock) {
        mine.region = adopt_or_map();
        mine.shares = mine.region == nullptr;
        if (mine.region != nullptr) own_region = mine.region;
    }
    mine.claiming = false;
    return mine.region;
}

Region* Pool::adopt_or_map() noexcept {
    for (auto* ended : {&parked_, &folded_}) {
        if (ended->empty()) continue;
        Region* const region = ended->back();
        ended->pop_back();
        return region;
    }
    return make_room() ? map_region() : nullptr;
}

/// For one more region, and for all of them to be parked: a thread's end must not need memory, its beginning
/// seldom.
bool Pool::make_room() noexcept {
    constexpr std::size_t at_a_time = 64;
    const std::size_t next = (regions_.size() / at_a_time + 1) * at_a_time;
    try {
        regions_.reserve(next);
        parked_.reserve(next);
        folded_.reserve(next);
        return true;
    } catch (const std::bad_alloc&) {
        return false;
    }
}

Region* Pool::map_region() noexcept {
    const auto number = static_cast<std::uint32_t>(regions_.size());
    void* const memory = source_->map(number, open_);
    if (memory == nullptr) return nullptr;
    regions_.push_back(new (memory) Region{this, number});
    return regions_.back();
}

bool Pool::open_up_to(std::size_t bytes) noexcept {
    if (bytes <= open_) return true;
    const std::size_t step = source_->step();
    const std::size_t wanted = std::min(reach_, (bytes + step - 1) / step * step);
    const auto open = [&](Region* region) { return source_->open(region, open_, wanted); };
    if (!std::all_of(regions_.begin(), regions_.end(), open)) return false;
    open_ = wanted;
    return true;
}

void Pool::park(Region* region) noexcept {
    const std::lock_guard lock{mutex_};
    parked_.push_back(region);
    if (!source_->wipes()) return;
    const std::size_t in_use = regions_.size() - 1 - parked_.size() - folded_.size();
    while (parked_.size() > std::max(in_use, always_parked)) {
        fold(parked_.front());
        folded_.push_back(parked_.front());
        parked_.erase(parked_.begin());
    }
}

void Pool::fold(Region* region) noexcept {
    for (const auto& [offset, layout] : slots_.taken())
        move_cells(cells_in(region, offset), cells_in(regions_.front(), offset), layout);
    const Region head = *region;
    source_->wipe(region, open_);
    new (region) Region{head};
}

void Pool::before_fork() noexcept { instance().mutex_.lock(); }

void Pool::after_fork_in_parent() noexcept { instance().mutex_.unlock(); }

/// The child has one thread, which goes on in its region. The others' are free to adopt.
void Pool::after_fork_in_child() noexcept {
    Pool& pool = instance();
    pool.source_ = pool.source_->in_child(pool.regions_, mine.region, pool.open_);
    pool.parked_.clear();
    for (Region* const region : pool.regions_) {
        const bool folded = std::find(pool.folded_.begin(), pool.folded_.end(), region) != pool.folded_.end();
        if (region->number != 0 && region != mine.region && !folded) pool.parked_.push_back(region);
    }
    pool.mutex_.unlock();
}

}  // namespace sonde::detail
