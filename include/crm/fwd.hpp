/// @file
/// Names without their definitions, for headers that only mention a type.
#pragma once

#include <string>
#include <string_view>

namespace crm::inline v0 {

struct error;
template <class T>
class result;
class secret;

class date;
class season;
class timestamp;

struct owning_form;
struct viewing_form;
template <class Form>
struct basic_customer;
template <class Form>
struct basic_invoice;
template <class Form>
struct basic_interaction;

/// A customer that owns its text: the safe default.
using customer = basic_customer<owning_form>;
/// A customer whose text lies in the page it came from.
using customer_view = basic_customer<viewing_form>;
using invoice = basic_invoice<owning_form>;
using invoice_view = basic_invoice<viewing_form>;
using interaction = basic_interaction<owning_form>;
using interaction_view = basic_interaction<viewing_form>;

template <class T>
struct resource;
template <class T>
class page;
template <class T>
class patch;

template <class Transport, class RetryPolicy, class CachePolicy, class Auth, class Observer>
class basic_crm_client;

}  // namespace crm::inline v0
