package dev.larder.doctor;

import dev.larder.config.Addresses;
import dev.larder.config.Reachable;
import dev.larder.mirror.MirrorSettings;
import dev.larder.repo.RepositorySettings;
import dev.larder.settings.Config;
import dev.larder.wire.Json;
import dev.larder.wire.VersionInfo;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Proxy;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Looks whether the server runs, whether its listeners answer or could be opened, and which of
/// them other machines reach: each is asked at every address of this machine that is not its own
/// alone.
final class ListenerCheck {
  private static final int PATIENCE_MILLIS = 3_000;
  private static final int LONGEST = 64 * 1024;
  private static final String LISTENER = "listener";

  private final Config config;
  private final Consumer<Finding> findings;

  ListenerCheck(Config config, Consumer<Finding> findings) {
    this.config = config;
    this.findings = findings;
  }

  /// Looks at them.
  ///
  /// @return whether a server runs
  boolean look() {
    boolean runs = false;
    for (InetSocketAddress console : config.console().listen()) {
      if (console.getPort() != 0 && isOurs(console)) {
        runs = true;
        findings.accept(Finding.ok("server", Addresses.format(console), "a Larder answers"));
      }
    }
    if (!runs) {
      findings.accept(
          Finding.note("server", "console", "no Larder answers there")
              .remedy("start it: larder serve"));
    }
    listeners("packages", config.packages().listen(), runs);
    listeners("console", config.console().listen(), runs);
    for (MirrorSettings mirror : config.mirrors()) {
      listeners("mirror " + mirror.name(), mirror.listen(), runs);
    }
    for (RepositorySettings repository : config.repositories()) {
      listeners("repository " + repository.name(), repository.listen(), runs);
    }
    if (runs) {
      outside();
    }
    return runs;
  }

  /// What stands at the console's address: any answer of ours has its problem or version in JSON.
  private static boolean isOurs(InetSocketAddress console) {
    try {
      URI uri = URI.create(Reachable.url("http", console) + "/api/v1/version");
      HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection(Proxy.NO_PROXY);
      connection.setConnectTimeout(PATIENCE_MILLIS);
      connection.setReadTimeout(PATIENCE_MILLIS);
      try {
        int status = connection.getResponseCode();
        String type = String.valueOf(connection.getContentType());
        // Without the token it refuses, in its own way of refusing, unless everybody may read.
        return type.startsWith("application/problem+json")
            || (status == 200 && type.startsWith("application/json") && isVersion(connection));
      } finally {
        connection.disconnect();
      }
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean isVersion(HttpURLConnection connection) throws IOException {
    try (InputStream in = connection.getInputStream()) {
      return !Json.response(in.readNBytes(LONGEST), VersionInfo.class).version().isEmpty();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private void listeners(String whose, List<InetSocketAddress> addresses, boolean runs) {
    for (InetSocketAddress address : addresses) {
      String what = whose + " " + Addresses.format(address);
      if (isMissing(address)) {
        findings.accept(
            Finding.problem(LISTENER, what, "this machine has no such address")
                .because("the server waits for it, and its clients get nothing until then")
                .remedy(
                    "bring it up, or choose another; what there is says: ip addr, or ifconfig"));
      } else if (runs && address.getPort() != 0) {
        URI near = URI.create(Reachable.url("http", address));
        String host = near.getHost().replaceAll("[\\[\\]]", "");
        findings.accept(
            answers(new InetSocketAddress(host, address.getPort()))
                ? Finding.ok(LISTENER, what, "answers")
                : Finding.problem(LISTENER, what, "nobody answers, though the server runs")
                    .because("its clients get nothing")
                    .remedy(
                        "restart the server, and read what it says then; if it has --listen, that is"
                            + " where it listens"));
      } else {
        String why = refusal(address);
        findings.accept(
            why == null
                ? Finding.ok(LISTENER, what, "free")
                : Finding.problem(LISTENER, what, "cannot be listened on: " + why)
                    .because("larder serve cannot open it")
                    .remedy(
                        address.getPort() < 1024
                            ? "low ports need root or CAP_NET_BIND_SERVICE; see who has it: ss -ltnp"
                            : "see who has it: ss -ltnp, or sockstat -l on FreeBSD"));
      }
    }
  }

  private static boolean isMissing(InetSocketAddress address) {
    try {
      return !address.getAddress().isAnyLocalAddress()
          && NetworkInterface.getByInetAddress(address.getAddress()) == null;
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean answers(InetSocketAddress address) {
    try (Socket socket = new Socket(Proxy.NO_PROXY)) {
      socket.connect(address, PATIENCE_MILLIS);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static @Nullable String refusal(InetSocketAddress address) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(address);
      return null;
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /// Addresses of this machine at which others may ask it.
  private static List<InetAddress> addresses() throws IOException {
    List<InetAddress> found = new ArrayList<>();
    for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) {
      if (each.isUp() && !each.isLoopback()) {
        try (Stream<InetAddress> addresses = each.inetAddresses()) {
          addresses.filter(address -> !address.isLinkLocalAddress()).forEach(found::add);
        }
      }
    }
    return found;
  }

  private void outside() {
    try {
      for (InetAddress address : addresses()) {
        for (int port : ports(config.console().listen())) {
          InetSocketAddress from = new InetSocketAddress(address, port);
          if (answers(from) && isOurs(from)) {
            findings.accept(
                Finding.problem("outside", Addresses.format(from), "the console answers there")
                    .because("it speaks no TLS: who listens in gets the token")
                    .remedy("let it listen on 127.0.0.1, with a proxy with TLS before it"));
          }
        }
      }
      packages();
    } catch (IOException e) {
      findings.accept(Finding.note("outside", "addresses", "cannot be listed: " + e.getMessage()));
    }
  }

  private static List<Integer> ports(List<InetSocketAddress> listen) {
    return listen.stream()
        .map(InetSocketAddress::getPort)
        .filter(port -> port != 0)
        .distinct()
        .toList();
  }

  private void packages() throws IOException {
    List<String> open = new ArrayList<>();
    for (InetAddress address : addresses()) {
      ports(config.packages().listen()).stream()
          .map(port -> new InetSocketAddress(address, port))
          .filter(ListenerCheck::answers)
          .forEach(each -> open.add(Addresses.format(each)));
    }
    findings.accept(
        open.isEmpty()
            ? Finding.note("outside", "packages", "no address of this machine but loopback answers")
                .because("other machines cannot use it")
                .remedy("[packages] listen = [\":8080\"], or larder serve --listen :8080")
            : Finding.ok("outside", "packages", "answer at " + String.join(", ", open)));
  }
}
