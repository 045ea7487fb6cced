#ifndef VEDETTE_APP_FREE_HEAP_H_
#define VEDETTE_APP_FREE_HEAP_H_

#include <cstdint>

// Memory that the heap keeps although nobody uses it: after a query over days that is a hundred
// MiB, in pieces between what is in use, which the heap gives back by itself only at its end.

namespace vedette::app {

// Resident, and neither in use nor mapped from a file; 0 if that is not known.
uint64_t FreeHeapBytes();

// Gives it back to the kernel where it is worth the work, 16 MiB and more: milliseconds, in which
// nobody else gets memory, and page faults for who needs it again. To be called now and then, not
// after each piece of work. Says how much was free.
uint64_t ReturnFreeHeap();

}  // namespace vedette::app

#endif  // VEDETTE_APP_FREE_HEAP_H_
