# Copyright 2026 The Loadline authors
# SPDX-License-Identifier: Apache-2.0
#
# Sourced by the scripts here and by ./demo; needs `root` (the checkout). Java finds everything else from there.
#
#   build <module>...       packages the modules and what they need; quiet unless it fails
#   names_quarkus <arg>...  whether a command line asks for the sample on Quarkus, whose other builds then are needed, too
#   launch <class> <arg>... replaces the shell by a Java main class of the benchmarks, so that signals reach it

build() {
  if [ "${LOADLINE_SKIP_BUILD:-}" = 1 ]; then
    return
  fi
  local modules log
  modules=$(IFS=,; echo "$*")
  mkdir -p "$root/benchmarks/results"
  log="$root/benchmarks/results/build.log"
  echo "Building $modules (Maven, log in ${log#"$root"/}) ..." >&2
  if ! (cd "$root" && mvn -B -q -DskipTests -P quarkus-benchmarks -pl "$modules" -am package) > "$log" 2>&1; then
    cat "$log" >&2
    echo "The build failed." >&2
    exit 2
  fi
}

names_quarkus() {
  local line="$*"
  [[ ${line,,} == *quarkus* ]]
}

launch() {
  local java=java
  if [ -n "${JAVA_HOME:-}" ]; then
    java=$JAVA_HOME/bin/java
  fi
  cd "$root"
  # Netty rounds timers below 10 ms up to a millisecond unless told not to.
  exec "$java" -XX:+UseSerialGC -Xms256m -Xmx256m --enable-native-access=ALL-UNNAMED \
    -Dio.netty.channel.epoll.epollWaitThreshold=0 \
    -cp "$root/benchmarks/target/loadline-benchmarks.jar" "$@"
}
