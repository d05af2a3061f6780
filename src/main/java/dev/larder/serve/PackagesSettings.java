package dev.larder.serve;

import dev.larder.config.Key;
import dev.larder.config.KeyTable;
import dev.larder.config.Network;
import dev.larder.config.Section;
import dev.larder.config.Type;
import dev.larder.repo.Admission;
import dev.larder.snippet.Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The `[packages]` table: the package listener.
///
/// @param listen addresses to listen on
/// @param tls certificate, or null for plain HTTP
/// @param access who is served
/// @param proxies whose word about clients is taken
/// @param publicUrl base URL by which clients reach it, without a slash at the end; null if it is
///   what they ask for
/// @param stopWithin how long bodies that are under way may go on once Larder is told to stop
public record PackagesSettings(
    List<InetSocketAddress> listen,
    @Nullable Tls tls,
    Admission access,
    Proxies proxies,
    @Nullable String publicUrl,
    Duration stopWithin) {
  private static final int DEFAULT_PORT = 8080;

  /// Addresses of the package listener.
  public static final Key<List<InetSocketAddress>> LISTEN =
      Key.of(
          "listen",
          Type.list("list of address:port", Type.listenAddress()),
          List.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), DEFAULT_PORT)),
          "Where the package listener listens. `\":8080\"` is every address of the machine, IPv4 and"
              + " IPv6, and so are `\"0.0.0.0:8080\"` and `\"[::]:8080\"`.");

  /// Whose word about clients is taken.
  private static final Key<List<Network>> TRUSTED_PROXIES =
      Key.of(
          "trusted-proxies",
          Network.list(),
          List.of(),
          "Networks of the proxies before the package listeners, whose `Forwarded` or"
              + " `X-Forwarded-For` says which client they ask for, and under which scheme and host"
              + " it knows them. Nobody else is believed.");

  /// Whether connections begin with the PROXY protocol.
  private static final Key<Boolean> PROXY_PROTOCOL =
      Key.of(
          "proxy-protocol",
          Type.bool(),
          false,
          "Whether every connection begins with a header of HAProxy's PROXY protocol, version 1 or"
              + " 2. Only `trusted-proxies` may connect then; other connections are closed.");

  /// How clients reach us.
  private static final Key<String> PUBLIC_URL =
      Key.open(
          "public-url",
          Type.text("URL", "https://packages.example.net", PackagesSettings::publicUrl, url -> url),
          "what a client asks for, or what a trusted proxy forwards of that",
          "Base URL by which clients reach the package listener, for the page at `/` and for"
              + " `larder snippet`. With a path if a proxy takes one off.");

  private static final Duration STOP = Duration.ofSeconds(10);
  private static final Duration LONGEST_STOP = Duration.ofHours(1);

  /// How long a stop takes at most.
  public static final Key<Duration> STOP_WITHIN =
      Key.of(
          "stop-within",
          Type.duration(),
          STOP,
          "How long responses that have begun may go on after SIGTERM or SIGINT, while nobody new is"
              + " let in; `\"0s\"` cuts them off, and at most an hour. A second signal ends the wait."
              + " Clients of pacman and pkg ask again for what they lack.");

  /// The table, for the reference.
  public static final KeyTable TABLE =
      new KeyTable(
          "packages",
          "The package listener: what pacman and other package clients talk to. Anonymous, GET and"
              + " HEAD only.",
          false,
          List.of(LISTEN, TRUSTED_PROXIES, PROXY_PROTOCOL, PUBLIC_URL, STOP_WITHIN));

  /// Takes a defensive copy.
  public PackagesSettings {
    listen = List.copyOf(listen);
  }

  /// Settings that serve everybody.
  PackagesSettings(List<InetSocketAddress> listen, @Nullable Tls tls) {
    this(listen, tls, Admission.OPEN);
  }

  /// Settings without proxies.
  PackagesSettings(List<InetSocketAddress> listen, @Nullable Tls tls, Admission access) {
    this(listen, tls, access, Proxies.NONE, null, STOP);
  }

  /// Whether the connections of `peer` are those of many clients.
  public boolean isProxy(InetAddress peer) {
    return proxies.trusts(peer);
  }

  /// How clients are received.
  Reception reception() {
    return new Reception(access, proxies, publicUrl);
  }

  /// Reads `[packages]`, and who is served from `[access]`.
  ///
  /// @return stand-ins where a value is broken; the section's document knows the problems
  public static PackagesSettings read(Section section, Section access) {
    List<InetSocketAddress> listen = section.get(LISTEN);
    if (listen.isEmpty()) {
      section.complain(LISTEN, "the package listener needs an address", "give at least one");
    }
    Proxies proxies = new Proxies(section.get(TRUSTED_PROXIES), section.get(PROXY_PROTOCOL));
    if (proxies.protocol() && proxies.trusted().isEmpty()) {
      section.complain(
          PROXY_PROTOCOL,
          "nobody may connect while no proxy is trusted",
          "name the networks of the proxies in trusted-proxies");
    }
    String publicUrl = section.find(PUBLIC_URL);
    Duration stopWithin = section.get(STOP_WITHIN);
    if (stopWithin.compareTo(LONGEST_STOP) > 0) {
      section.complain(STOP_WITHIN, "nobody waits that long for a stop", "give at most 1h");
    }
    return new PackagesSettings(
        listen,
        Tls.read(section.table("tls")),
        Admission.read(access),
        proxies,
        publicUrl,
        stopWithin);
  }

  private static String publicUrl(String text) {
    try {
      return new Address(text.replaceFirst("/+$", ""), "/", false).base();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "\"%s\" is not a URL that clients can be told; write it like https://packages.example.net"
              .formatted(text.replaceAll("\\p{Cntrl}", "?")));
    }
  }

  /// Certificate and key as PEM files; read again when they change.
  ///
  /// @param certificate chain, leaf first
  /// @param key PKCS#8 private key
  public record Tls(Path certificate, Path key) {
    /// The certificate chain.
    public static final Key<Path> CERT =
        Key.open(
            "cert",
            Type.path("/etc/larder/tls.crt"),
            "plain HTTP",
            "PEM file with the certificate and its chain, leaf first. Read again when it changes.");

    /// The private key.
    public static final Key<Path> KEY =
        Key.open(
            "key",
            Type.path("/etc/larder/tls.key"),
            "plain HTTP",
            "PEM file with the certificate's PKCS#8 private key. Read again when it changes.");

    /// The table, for the reference.
    public static final KeyTable TABLE =
        new KeyTable(
            "packages.tls",
            "HTTPS on the package listener. Also written in one line in `[packages]`:"
                + " `tls = { cert = \"...\", key = \"...\" }`. Both keys or neither.",
            true,
            List.of(CERT, KEY));

    private static @Nullable Tls read(Section section) {
      if (!section.isPresent()) {
        section.find(CERT);
        section.find(KEY);
        return null;
      }
      return new Tls(section.require(CERT), section.require(KEY));
    }
  }
}
