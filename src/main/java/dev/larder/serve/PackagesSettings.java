package dev.larder.serve;

import dev.larder.config.Key;
import dev.larder.config.KeyTable;
import dev.larder.config.Section;
import dev.larder.config.Type;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The `[packages]` table: the package listener.
///
/// @param listen addresses to listen on
/// @param tls certificate, or null for plain HTTP
/// @param access who is served
public record PackagesSettings(
    List<InetSocketAddress> listen, @Nullable Tls tls, Admission access) {
  private static final int DEFAULT_PORT = 8080;

  /// Addresses of the package listener.
  public static final Key<List<InetSocketAddress>> LISTEN =
      Key.of(
          "listen",
          Type.list("list of address:port", Type.listenAddress()),
          List.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), DEFAULT_PORT)),
          "Where the package listener listens. `\":8080\"` is every address of the machine, IPv4 and"
              + " IPv6, and so are `\"0.0.0.0:8080\"` and `\"[::]:8080\"`.");

  /// The table, for the reference.
  public static final KeyTable TABLE =
      new KeyTable(
          "packages",
          "The package listener: what pacman and other package clients talk to. Anonymous, GET and"
              + " HEAD only.",
          false,
          List.of(LISTEN));

  /// Takes a defensive copy.
  public PackagesSettings {
    listen = List.copyOf(listen);
  }

  /// Settings that serve everybody.
  PackagesSettings(List<InetSocketAddress> listen, @Nullable Tls tls) {
    this(listen, tls, Admission.OPEN);
  }

  /// Reads `[packages]`, and who is served from `[access]`.
  ///
  /// @return stand-ins where a value is broken; the section's document knows the problems
  public static PackagesSettings read(Section section, Section access) {
    List<InetSocketAddress> listen = section.get(LISTEN);
    if (listen.isEmpty()) {
      section.complain(LISTEN, "the package listener needs an address", "give at least one");
    }
    return new PackagesSettings(listen, Tls.read(section.table("tls")), Admission.read(access));
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
