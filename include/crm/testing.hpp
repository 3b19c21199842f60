/// @file
/// All test doubles, and the laws of the policies: what tests include, and no program that is shipped. `crm/crm.hpp`
/// brings `mock_transport` alone; it brings this too where `CRM_CLIENT_WITH_TESTING` is defined, which is the way with
/// the single header. (docs/testing.md)
#pragma once

#include <crm/testing/faulty_transport.hpp>
#include <crm/testing/laws/auth.hpp>
#include <crm/testing/laws/cache.hpp>
#include <crm/testing/laws/observer.hpp>
#include <crm/testing/laws/retry.hpp>
#include <crm/testing/laws/transport.hpp>
#include <crm/testing/mock_transport.hpp>
#include <crm/testing/recording_transport.hpp>
#include <crm/testing/replay_transport.hpp>
#include <crm/testing/scripted_transport.hpp>
#include <crm/testing/virtual_clock.hpp>
