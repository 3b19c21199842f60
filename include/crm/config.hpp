/// @file
/// What the library asks of the compiler, and the switches a user may set before the first include:
///
/// | macro                     | meaning                                                                         |
/// |---------------------------|---------------------------------------------------------------------------------|
/// | `CRM_CLIENT_WITH_HTTPLIB` | `<crm/crm.hpp>` brings `crm::crm_client` over cpp-httplib; needs httplib, OpenSSL |
/// | `CRM_CLIENT_WITH_BEAST`   | the same over Boost.Beast, and `crm::beast_transport`; needs Boost, OpenSSL   |
///
/// CMake's `crm_client::httplib` target sets the first one, `crm_client::beast` the second. Every translation unit of a
/// program must have the same.
#pragma once

#if !defined(_MSVC_LANG) && __cplusplus < 202002L
#error "crm_client needs C++20: compile with -std=c++20 or later"
#endif

#if defined(__cpp_exceptions)
#define CRM_CLIENT_HAS_EXCEPTIONS 1
#else
#define CRM_CLIENT_HAS_EXCEPTIONS 0
#endif

/// An attribute. Where the compiler optimises, the function is always inlined; elsewhere calls stay calls, which are
/// quicker to compile and can be stepped through.
#if defined(__OPTIMIZE__)
#define CRM_CLIENT_ALWAYS_INLINE gnu::always_inline
#else
#define CRM_CLIENT_ALWAYS_INLINE
#endif
