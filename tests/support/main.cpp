// The main function of every Catch2 executable, for versions 2 and 3.
#define CATCH_CONFIG_RUNNER
#include "support/catch.hpp"

int main(int argc, char** argv) {
  Catch::Session session;
  if (const int wrong_arguments = session.applyCommandLine(argc, argv)) return wrong_arguments;

    // A test that asserts nothing fails, and so does a name that matches no test: neither could fail otherwise.
#if CATCH_VERSION_MAJOR >= 3
  constexpr auto no_match = Catch::WarnAbout::UnmatchedTestSpec;
#else
  constexpr auto no_match = Catch::WarnAbout::NoTests;
#endif
  auto& warnings = session.configData().warnings;
  warnings = static_cast<Catch::WarnAbout::What>(warnings | Catch::WarnAbout::NoAssertions | no_match);
  return session.run();
}
