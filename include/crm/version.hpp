/// @file
/// The library's version, the one place where it stands: CMake reads it from here.
#pragma once

#define CRM_CLIENT_VERSION_MAJOR 0
#define CRM_CLIENT_VERSION_MINOR 1
#define CRM_CLIENT_VERSION_PATCH 0
#define CRM_CLIENT_VERSION_STRING "0.1.0"
