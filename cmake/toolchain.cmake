# Compiler, warnings, sanitizers and linker: what every target is built with.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Relative to the tree, so that another checkout of it finds what this one compiled.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}
    CCACHE_NOHASHDIR=1 ${CCACHE_PROGRAM})
endif()
find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  add_link_options(-fuse-ld=mold)
endif()

# The standard headers and those of Abseil's status, parsed once for everyone. A compiler cache
# gains more where there is one to begin with, so that script/build chooses.
option(VEDETTE_PCH "Precompile the headers that most files include" OFF)

# Beast sessions take up to 2 GB and half a minute each: one at a time.
set_property(GLOBAL PROPERTY JOB_POOLS beast=1)

add_library(vedette_warnings INTERFACE)
target_compile_options(vedette_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  -Wnon-virtual-dtor -Woverloaded-virtual -Wold-style-cast)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(vedette_warnings INTERFACE -Wduplicated-cond -Wlogical-op)
  if(CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # g++ 12 sees these in correct uses of std::string once it has inlined them (GCC bugs 105329
    # and 105651), and whether it does depends on the length of the source folder's name.
    target_compile_options(vedette_warnings INTERFACE -Wno-array-bounds -Wno-stringop-overflow
      -Wno-stringop-overread -Wno-restrict)
  endif()
else()
  target_compile_options(vedette_warnings INTERFACE -Wthread-safety)
endif()
# A dozen files of a target as one: what they include and instantiate is compiled once, and a whole
# build costs a third. For whole builds: a change of one file compiles all twelve, and a header that a
# file forgot stays hidden.
option(VEDETTE_UNITY "Compile a dozen files as one" OFF)
if(VEDETTE_UNITY)
  # They would speak of one file beside another. The clang part of script/test takes each file alone.
  target_compile_options(vedette_warnings INTERFACE -Wno-shadow
    $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endif()

if(VEDETTE_WERROR)
  target_compile_options(vedette_warnings INTERFACE -Werror)
endif()

add_library(vedette_sanitize INTERFACE)
if(VEDETTE_SANITIZE)
  string(REPLACE ";" "," sanitizers "${VEDETTE_SANITIZE}")
  add_compile_options(-fsanitize=${sanitizers} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${sanitizers})
  if(NOT "thread" IN_LIST VEDETTE_SANITIZE)
    add_compile_options(-fno-sanitize-recover=all)
  endif()
endif()
if(VEDETTE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_options(-fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE -fno-plt)
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
  add_link_options(-pie -Wl,-z,relro,-z,now -Wl,--as-needed)
endif()
