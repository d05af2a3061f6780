package dev.larder;

import dev.larder.config.Addresses;
import dev.larder.mirror.Mirror;
import dev.larder.mirror.MirrorSettings;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Looks at what a configuration needs of this machine, without a server and without changing
/// anything.
final class Doctor {
  private static final long LITTLE = 2L << 30;
  private static final int PATIENCE_MILLIS = 3_000;

  private final LoadedConfig loaded;
  private final Config config;
  private final Consumer<Finding> findings;

  Doctor(LoadedConfig loaded, Consumer<Finding> findings) {
    this.loaded = loaded;
    this.config = loaded.config();
    this.findings = findings;
  }

  /// Looks at everything.
  void look() {
    int mirrors = config.mirrors().size();
    Path file = loaded.file();
    findings.accept(
        Finding.ok(
            "configuration",
            file == null ? "defaults" : file.toString(),
            mirrors == 1 ? "1 mirror" : mirrors + " mirrors"));
    data();
    server();
    config.mirrors().forEach(this::mirror);
  }

  private void data() {
    Path data = config.data();
    Path there = data;
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    String what = data.toString();
    if (!Files.isDirectory(there) || !Files.isWritable(there)) {
      findings.accept(
          Finding.problem(
              "data", what, "%s is not a directory this user can write to".formatted(there)));
      return;
    }
    try {
      long free = Files.getFileStore(there).getUsableSpace();
      String size = String.format(Locale.ROOT, "%.1f GiB free", free / (double) (1L << 30));
      String state = there.equals(data) ? "writable, " + size : "will be made, " + size;
      findings.accept(
          free < LITTLE
              ? Finding.note("data", what, state + ": that is little for packages")
              : Finding.ok("data", what, state));
    } catch (IOException e) {
      findings.accept(Finding.problem("data", what, "cannot be looked at: " + e));
    }
  }

  private void server() {
    boolean runs = false;
    for (InetSocketAddress console : config.console().listen()) {
      String version = console.getPort() == 0 ? null : answer(console);
      if (version != null) {
        runs = true;
        findings.accept(Finding.ok("server", Addresses.format(console), version));
      }
    }
    if (!runs) {
      findings.accept(
          Finding.note("server", "console", "no Larder answers there; start it: larder serve"));
    }
    listeners("packages", config.packages().listen(), runs);
    listeners("console", config.console().listen(), runs);
    for (MirrorSettings mirror : config.mirrors()) {
      listeners("mirror " + mirror.name(), mirror.listen(), runs);
    }
  }

  /// What stands at the console's address: any answer of ours has its problem or version in JSON.
  private static @Nullable String answer(InetSocketAddress console) {
    try {
      URI uri = URI.create(Reachable.url("http", console) + "/api/v1/version");
      HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection(Proxy.NO_PROXY);
      connection.setConnectTimeout(PATIENCE_MILLIS);
      connection.setReadTimeout(PATIENCE_MILLIS);
      try {
        int status = connection.getResponseCode();
        String type = String.valueOf(connection.getContentType());
        // Without the token it refuses, in its own way of refusing.
        boolean ours = status == 401 && type.startsWith("application/problem+json");
        return ours ? "a Larder answers" : null;
      } finally {
        connection.disconnect();
      }
    } catch (IOException e) {
      return null;
    }
  }

  private void listeners(String whose, List<InetSocketAddress> addresses, boolean runs) {
    for (InetSocketAddress address : addresses) {
      String what = whose + " " + Addresses.format(address);
      if (runs && address.getPort() != 0) {
        findings.accept(
            answers(address)
                ? Finding.ok("listener", what, "answers")
                : Finding.problem(
                    "listener", what, "nobody answers, though the server runs; restart it"));
      } else {
        String why = refusal(address);
        findings.accept(
            why == null
                ? Finding.ok("listener", what, "free")
                : Finding.problem("listener", what, "cannot be listened on: " + why));
      }
    }
  }

  private static boolean answers(InetSocketAddress address) {
    URI near = URI.create(Reachable.url("http", address));
    String host = near.getHost().replaceAll("[\\[\\]]", "");
    try (Socket socket = new Socket(Proxy.NO_PROXY)) {
      socket.connect(new InetSocketAddress(host, address.getPort()), PATIENCE_MILLIS);
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

  private void mirror(MirrorSettings mirror) {
    String about = "mirror " + mirror.name();
    try {
      Larder.format(mirror);
      findings.accept(Finding.ok(about, "format", mirror.format()));
    } catch (IOException e) {
      findings.accept(Finding.problem(about, "format", String.valueOf(e.getMessage())));
    }
    List<String> follows = new ArrayList<>(mirror.upstream());
    findings.accept(Finding.ok(about, "follows", String.join(", ", follows)));
    try {
      if (Larder.lacksKeys(mirror)) {
        findings.accept(
            Finding.note(about, "keys", "none, signatures are left for clients to check"));
      } else if (!Larder.trust(mirror).equals(Mirror.Trust.NONE)) {
        findings.accept(Finding.ok(about, "keys", "can be read"));
      }
    } catch (IOException e) {
      findings.accept(Finding.problem(about, "keys", String.valueOf(e.getMessage())));
    }
  }
}
