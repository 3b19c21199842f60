/// @file
/// The transport for hostile networks, on Boost.Beast.
#pragma once

#include <crm/transport/beast_connection.hpp>
#include <crm/transport/detail/pooled_transport.hpp>

namespace crm::inline v0 {

/// HTTP and HTTPS over pooled keep-alive connections, one a call in flight. Takes the options that `httplib_transport`
/// takes, and holds the grammar of a head more strictly; an answer's head is at most 16 KiB. A connection is four
/// descriptors: each has an event loop of its own, which runs in the calling thread.
///
/// The constructor, of an address and `transport_options`, throws `crm::exception` where they cannot be used; `make`
/// returns the error.
using beast_transport = detail::pooled_transport<detail::beast_connection>;

}  // namespace crm::inline v0
