//! The guest's heap: a fixed piece of its own memory first, and only then memory that has to be grown.
//!
//! A guest lives for one call, and each growth of its memory, and taking it back afterwards, is a system call of the
//! host that stops all of the host's threads for a moment. Most calls fit into the piece. It is handed out from its
//! start on; what was taken last can be given back or grown in place, the rest is let go with the instance.

#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::{Cell, UnsafeCell};

/// Enough for a step of a bundle; not in the component, since it begins as zeros.
const BYTES: usize = 256 << 10;

/// The piece, and how much of it is taken.
struct Heap {
    piece: UnsafeCell<[u8; BYTES]>,
    taken: Cell<usize>,
}

// SAFETY: a guest has one thread; the contract has no other.
unsafe impl Sync for Heap {}

#[global_allocator]
static HEAP: Heap = Heap { piece: UnsafeCell::new([0; BYTES]), taken: Cell::new(0) };

impl Heap {
    /// Where in the piece this is, if it is in it.
    fn place(&self, block: *mut u8) -> Option<usize> {
        let place = (block as usize).checked_sub(self.piece.get() as usize)?;
        (place < BYTES).then_some(place)
    }

    /// Takes bytes from the piece, if they fit.
    fn take(&self, layout: Layout) -> Option<*mut u8> {
        let base = self.piece.get() as usize;
        let start = (base + self.taken.get()).checked_next_multiple_of(layout.align())? - base;
        let end = start.checked_add(layout.size()).filter(|end| *end <= BYTES)?;
        self.taken.set(end);
        // SAFETY: `start` is within the piece.
        Some(unsafe { self.piece.get().cast::<u8>().add(start) })
    }
}

// SAFETY: a block is within the piece and behind all that was taken and not given back, or it is the system's.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps to the system's conditions, which are the same.
        self.take(layout).unwrap_or_else(|| unsafe { System.alloc(layout) })
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        match self.place(block) {
            Some(place) if place + layout.size() == self.taken.get() => self.taken.set(place),
            Some(_) => {}
            // SAFETY: what is not in the piece came from the system.
            None => unsafe { System.dealloc(block, layout) },
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let Some(place) = self.place(block) else {
            // SAFETY: what is not in the piece came from the system.
            return unsafe { System.realloc(block, layout, size) };
        };
        if place + layout.size() == self.taken.get() && place.saturating_add(size) <= BYTES {
            self.taken.set(place + size);
            return block;
        }
        if size <= layout.size() {
            return block;
        }
        // SAFETY: the size is the caller's to answer for, the alignment was valid before, and the two blocks do not
        // overlap: the new one begins where the old one ends at the earliest.
        unsafe {
            let moved = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !moved.is_null() {
                std::ptr::copy_nonoverlapping(block, moved, layout.size());
            }
            moved
        }
    }
}
