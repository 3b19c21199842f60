/// @file
/// The real transports behind one type, so that tests of what crosses a socket are compiled once and run over each.
#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include <crm/transport/concept.hpp>
#include <crm/transport/steady_time.hpp>

#include <crm/http/uri.hpp>
#include <crm/result.hpp>

namespace support {

/// The transport that the environment variable `CRM_TEST_TRANSPORT` names: `httplib`, which is meant where it is not
/// set, or `beast`.
class any_transport : public crm::steady_time {
 public:
  /// A transport with its type left out.
  struct model {
    model() = default;
    model(const model&) = delete;
    model& operator=(const model&) = delete;
    virtual ~model() = default;
    [[nodiscard]] virtual const crm::http::base_url& base() const = 0;
    [[nodiscard]] virtual bool stays_here() const = 0;
    [[nodiscard]] virtual crm::transport_result send(const crm::http::request&, const crm::send_limits&) = 0;
  };
  template <class Transport>
  [[nodiscard]] static crm::result<std::shared_ptr<model>> model_of(crm::http::base_url base,
                                                                    crm::transport_options options);

  [[nodiscard]] static crm::result<any_transport> make(crm::http::base_url base, crm::transport_options options = {});
  explicit any_transport(std::string_view url, crm::transport_options options = {})
      : any_transport{make(crm::http::base_url::parse(url).value(), std::move(options)).value()} {}

  [[nodiscard]] const crm::http::base_url& base() const noexcept { return it_->base(); }
  [[nodiscard]] bool stays_here() const noexcept { return it_->stays_here(); }
  [[nodiscard]] crm::transport_result send(const crm::http::request& request, const crm::send_limits& limits) {
    return it_->send(request, limits);
  }

 private:
  explicit any_transport(std::shared_ptr<model> it) : it_{std::move(it)} {}

  std::shared_ptr<model> it_;
};

template <class Transport>
crm::result<std::shared_ptr<any_transport::model>> any_transport::model_of(crm::http::base_url base,
                                                                           crm::transport_options options) {
  struct typed final : model {
    explicit typed(Transport made) : it{std::move(made)} {}
    [[nodiscard]] const crm::http::base_url& base() const override { return it.base(); }
    [[nodiscard]] bool stays_here() const override { return it.stays_here(); }
    [[nodiscard]] crm::transport_result send(const crm::http::request& request,
                                             const crm::send_limits& limits) override {
      return it.send(request, limits);
    }
    Transport it;
  };
  auto made = Transport::make(std::move(base), std::move(options));
  if (!made) return std::move(made).error();
  return std::shared_ptr<model>{std::make_shared<typed>(*std::move(made))};
}

/// By `beast_transport.cpp` alone: Beast takes long to compile.
[[nodiscard]] crm::result<std::shared_ptr<any_transport::model>> make_beast_transport(crm::http::base_url base,
                                                                                      crm::transport_options options);

}  // namespace support
