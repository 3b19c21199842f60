/// @file
/// Identifiers that follow from a name, and random namespaces for them. (RFC 9562, section 5.5, version 5.)
#pragma once

#include <string>
#include <string_view>

namespace sop {

/// The first 128 bits of SHA-1 over the namespace's bytes and the name, with version and variant set. Requires
/// `name_space` to be a UUID.
[[nodiscard]] std::string uuid_v5(std::string_view name_space, std::string_view name);

/// A random one. (RFC 9562, section 5.4, version 4.)
[[nodiscard]] std::string random_uuid();

/// The namespace of what any engine must make the same identifier of. What leaves an engine is named under its
/// database's.
inline constexpr std::string_view engine_namespace = "6b1f7f0c-52b5-4c0e-9d3a-0d6c3f1f5a10";

}  // namespace sop
