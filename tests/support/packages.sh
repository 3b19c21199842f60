# Sourced by tests/run, tests/bench/run and examples/run: the one list of what this project needs from the system, and how
# it is installed.
# a|b: any one of them will do, the first is installed.

packages_examples=(
  g++ cmake ninja-build 'pkg-config|pkgconf'
  'libboost1.81-dev|libboost1.83-dev|libboost-dev' libsimdjson-dev libexpected-dev
  libcpp-httplib-dev libssl-dev
  libcli11-dev nlohmann-json3-dev libsqlite3-dev
)
packages_bench=("${packages_examples[@]}" catch2 python3 libbenchmark-dev rapidjson-dev libcurl4-openssl-dev)
packages_tests=(
  "${packages_bench[@]}"
  clang 'libclang-rt-14-dev|libclang-rt-dev' 'clang-format-14|clang-format' 'clang-tidy-14|clang-tidy' openssl
  'nginx-light|nginx' haproxy python3-yaml
)
# Node from elsewhere does as well; Debian's npm is hundreds of packages.
command -v npm >/dev/null || packages_tests+=(nodejs npm)

is_installed() { [[ $(dpkg-query -W -f='${db:Status-Abbrev}' "$1" 2>/dev/null) == ii* ]]; }

# install_missing PACKAGE... installs what is not there: as root or by sudo without a password, else says what to do.
install_missing() {
  local missing=() entry choice
  if ! command -v dpkg-query >/dev/null; then
    echo "note: not a Debian system, so nothing was installed; needed are the equivalents of: $*" >&2
    return 0
  fi
  for entry in "$@"; do
    for choice in ${entry//|/ }; do
      is_installed "$choice" && continue 2
    done
    missing+=("$entry")
  done
  ((${#missing[@]})) || return 0

  local root=()
  if ((EUID != 0)); then
    if ! sudo -n true 2>/dev/null; then
      echo "Missing packages, and no way to install them from here. Please run:" >&2
      echo "  sudo apt-get install ${missing[*]%%|*}" >&2
      exit 2
    fi
    root=(sudo)
  fi
  "${root[@]}" apt-get update -qq
  local install=()
  for entry in "${missing[@]}"; do
    for choice in ${entry//|/ }; do
      if [[ $(apt-cache policy "$choice" | sed -n 's/^  Candidate: //p') =~ ^[0-9] ]]; then
        install+=("$choice")
        continue 2
      fi
    done
    install+=("${entry%%|*}") # let apt-get say that there is no such package
  done
  echo "Installing: ${install[*]}"
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${install[@]}"
}
