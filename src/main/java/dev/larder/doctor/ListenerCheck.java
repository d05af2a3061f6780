package dev.larder.doctor;

import dev.larder.config.Addresses;
import dev.larder.config.Origin;
import dev.larder.config.Reachable;
import dev.larder.mirror.MirrorSettings;
import dev.larder.repo.RepositorySettings;
import dev.larder.serve.PackagesSettings;
import dev.larder.settings.Config;
import dev.larder.settings.LoadedConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Proxy;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Looks whether the server runs, whether its listeners answer or could be opened, and which of
/// them other machines reach: each is asked at every address of this machine that is not its own
/// alone.
final class ListenerCheck {
  private static final int PATIENCE_MILLIS = 3_000;
  private static final String LISTENER = "listener";
  private static final String PACKAGES = "packages";

  private final LoadedConfig loaded;
  private final Config config;
  private final Consumer<Finding> findings;

  ListenerCheck(LoadedConfig loaded, Consumer<Finding> findings) {
    this.loaded = loaded;
    this.config = loaded.config();
    this.findings = findings;
  }

  /// Looks at them.
  ///
  /// @return whether a server runs
  boolean look() {
    RunningServer server = null;
    for (InetSocketAddress console : config.console().listen()) {
      RunningServer there = new RunningServer(console);
      if (console.getPort() != 0 && there.isOurs()) {
        server = there;
        findings.accept(Finding.ok("server", Addresses.format(console), "a Larder answers"));
      }
    }
    boolean runs = server != null;
    if (!runs) {
      findings.accept(
          Finding.note("server", "console", "no Larder answers there")
              .remedy("start it: larder serve"));
    }
    Map<String, List<InetSocketAddress>> listeners = server == null ? configured() : served(server);
    listeners.forEach((whose, addresses) -> listeners(whose, addresses, runs));
    listeners("console", config.console().listen(), runs);
    if (runs) {
      outside(listeners.getOrDefault(PACKAGES, List.of()));
    }
    return runs;
  }

  /// By whose they are, the addresses of the package listener that the configuration names.
  private Map<String, List<InetSocketAddress>> configured() {
    Map<String, List<InetSocketAddress>> listeners = new LinkedHashMap<>();
    listeners.put(PACKAGES, config.packages().listen());
    for (MirrorSettings mirror : config.mirrors()) {
      listeners.put("mirror " + mirror.name(), mirror.listen());
    }
    for (RepositorySettings repository : config.repositories()) {
      listeners.put("repository " + repository.name(), repository.listen());
    }
    return listeners;
  }

  /// Those that the server has; those of the configuration where it cannot be asked.
  private Map<String, List<InetSocketAddress>> served(RunningServer server) {
    Map<String, List<InetSocketAddress>> configured = configured();
    Map<String, List<InetSocketAddress>> served;
    try {
      served = server.listeners(config.data());
    } catch (IOException e) {
      findings.accept(
          Finding.note("server", "listeners", "cannot be asked of it: " + e.getMessage())
              .because("those of the configuration are looked at, and serve may have --listen")
              .remedy("run the doctor as the user that runs larder serve, or as root"));
      return configured;
    }
    configured.forEach((whose, addresses) -> {
      List<InetSocketAddress> there = served.getOrDefault(whose, List.of());
      for (InetSocketAddress address :
          isDefault(whose) ? List.<InetSocketAddress>of() : addresses) {
        if (there.stream().noneMatch(each -> isSame(address, each))) {
          findings.accept(
              Finding.note(
                      LISTENER,
                      whose + " " + Addresses.format(address),
                      "is in the configuration, and the server does not listen there")
                  .because("it was started with --listen, or with another configuration")
                  .remedy("larder reload, unless serve has --listen"));
        }
      }
    });
    return served;
  }

  /// Whether nobody has said where packages are to be served.
  private boolean isDefault(String whose) {
    return whose.equals(PACKAGES)
        && loaded.settings().stream()
            .filter(setting -> setting.table().equals(List.of(PACKAGES)))
            .filter(setting -> setting.key().equals(PackagesSettings.LISTEN.name()))
            .anyMatch(setting -> setting.origin() instanceof Origin.Default);
  }

  /// Whether `bound` is what `wanted` has become: every address of a machine is written in two
  /// ways, and port 0 is any.
  private static boolean isSame(InetSocketAddress wanted, InetSocketAddress bound) {
    InetAddress host = wanted.getAddress();
    return (wanted.getPort() == 0 || wanted.getPort() == bound.getPort())
        && (host.equals(bound.getAddress())
            || (host.isAnyLocalAddress() && bound.getAddress().isAnyLocalAddress()));
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
                    .remedy("restart the server, and read what it says then"));
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

  /// Whether this machine does not have the address: then nothing can be opened there at any port.
  /// No interface has to show it; Linux has all of 127.0.0.0/8.
  private static boolean isMissing(InetSocketAddress address) {
    return refusal(new InetSocketAddress(address.getAddress(), 0)) != null;
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

  private void outside(List<InetSocketAddress> packages) {
    try {
      for (InetAddress address : addresses()) {
        for (int port : ports(config.console().listen())) {
          InetSocketAddress from = new InetSocketAddress(address, port);
          if (answers(from) && new RunningServer(from).isOurs()) {
            findings.accept(
                Finding.problem("outside", Addresses.format(from), "the console answers there")
                    .because("it speaks no TLS: who listens in gets the token")
                    .remedy("let it listen on 127.0.0.1, with a proxy with TLS before it"));
          }
        }
      }
      packages(packages);
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

  private void packages(List<InetSocketAddress> listen) throws IOException {
    List<String> open = new ArrayList<>();
    for (InetAddress address : addresses()) {
      ports(listen).stream()
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
