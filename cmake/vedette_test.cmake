# vedette_test(NAME DEPS vedette_x ... [LABELS unit] [SRCS extra.cc] [SLEEPS])
#
# One GoogleTest binary for a module: every *_test.cc of the folder it is called from, so that a
# test that exists is always built. Registered with ctest as one test, labelled `unit` by default.
# It takes a core, or half of one where it SLEEPS most of the time.
function(vedette_test name)
  cmake_parse_arguments(ARG "SLEEPS" "TIMEOUT" "DEPS;LABELS;SRCS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*_test.cc)
  if(NOT ARG_LABELS)
    set(ARG_LABELS unit)
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  set(halves 2)
  if(ARG_SLEEPS)
    set(halves 1)
  endif()
  add_executable(${name} ${sources} ${ARG_SRCS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_link_libraries(${name} PRIVATE vedette_warnings ${ARG_DEPS} GTest::gtest GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE VEDETTE_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  vedette_precompile(${name} vedette_test_pch)
  vedette_unify(${name})
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT}
    PROCESSORS ${halves}
    ENVIRONMENT "TSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/tsan.supp")
endfunction()

# vedette_fuzz(NAME SRC x_fuzz.cc DEPS ... CORPUS dir)
#
# A libFuzzer target in the fuzz preset; elsewhere the same file with a main that replays CORPUS,
# run by ctest, so that a corpus input once found stays fixed.
function(vedette_fuzz name)
  cmake_parse_arguments(ARG "" "SRC;CORPUS" "DEPS" ${ARGN})
  if(VEDETTE_FUZZ)
    add_executable(${name} ${ARG_SRC})
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  else()
    add_executable(${name} ${ARG_SRC})
    target_link_libraries(${name} PRIVATE vedette_fuzz_replay)
    add_test(NAME ${name} COMMAND ${name} ${ARG_CORPUS} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    set_tests_properties(${name} PROPERTIES LABELS unit)
  endif()
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_link_libraries(${name} PRIVATE vedette_warnings ${ARG_DEPS})
  vedette_precompile(${name} vedette_pch)
endfunction()
