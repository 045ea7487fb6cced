#include "collector/logstore/columns/byte_search.h"

#include <bit>
#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace vedette::logstore {

size_t FindBytes(std::string_view text, std::string_view needle, size_t from) {
#ifdef __SSE2__
  const size_t last = needle.size() - 1;
  if (needle.size() >= 2) {
    const __m128i first_byte = _mm_set1_epi8(needle.front());
    const __m128i last_byte = _mm_set1_epi8(needle.back());
    for (; from + last + 16 <= text.size(); from += 16) {
      __m128i head;
      __m128i tail;
      std::memcpy(&head, text.data() + from, sizeof(head));
      std::memcpy(&tail, text.data() + from + last, sizeof(tail));
      const __m128i both =
          _mm_and_si128(_mm_cmpeq_epi8(head, first_byte), _mm_cmpeq_epi8(tail, last_byte));
      auto places = static_cast<uint32_t>(_mm_movemask_epi8(both));
      for (; places != 0; places &= places - 1) {
        const size_t at = from + static_cast<size_t>(std::countr_zero(places));
        if (std::memcmp(text.data() + at + 1, needle.data() + 1, last) == 0) return at;
      }
    }
  }
#endif
  return text.find(needle, from);
}

}  // namespace vedette::logstore
