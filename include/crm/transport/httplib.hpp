/// @file
/// The real transport, on cpp-httplib.
#pragma once

#include <crm/transport/detail/pooled_transport.hpp>
#include <crm/transport/httplib_connection.hpp>

namespace crm::inline v0 {

/// HTTP and HTTPS over pooled keep-alive connections, one a call in flight. Server certificates and host names
/// are verified; redirects are not followed; nothing is decompressed.
///
/// The constructor, of an address and `transport_options`, throws `crm::exception` where they cannot be used; `make`
/// returns the error.
using httplib_transport = detail::pooled_transport<detail::httplib_connection>;

}  // namespace crm::inline v0
