package dev.larder.serve;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The `[packages]` table: the package listener.
///
/// @param listen addresses to listen on
/// @param tls certificate, or null for plain HTTP
public record PackagesSettings(List<InetSocketAddress> listen, @Nullable Tls tls) {
  /// Takes a defensive copy.
  public PackagesSettings {
    listen = List.copyOf(listen);
  }

  /// Certificate and key as PEM files; read again when they change.
  ///
  /// @param certificate chain, leaf first
  /// @param key PKCS#8 private key
  public record Tls(Path certificate, Path key) {}
}
