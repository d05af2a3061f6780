package dev.larder.serve;

import io.netty.channel.epoll.Epoll;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import org.jspecify.annotations.Nullable;

/// What the package listener would run on here.
///
/// @param sockets `epoll` or `nio`
/// @param noEpoll why not epoll; null if it is
/// @param tls `BoringSSL` or `JDK`
/// @param noOpenSsl why not BoringSSL; null if it is
/// @param connections how many clients may be connected at once
public record Natives(
    String sockets,
    @Nullable String noEpoll,
    String tls,
    @Nullable String noOpenSsl,
    int connections) {
  /// Those of this process.
  ///
  /// @param connections how many clients may be connected at once
  public static Natives here(int connections) {
    Transport transport = Transport.best();
    boolean epoll = transport.name().equals("epoll");
    boolean openSsl = transport.tls() != SslProvider.JDK;
    return new Natives(
        transport.name(),
        epoll ? null : why(Epoll.unavailabilityCause()),
        openSsl ? "BoringSSL" : "JDK",
        openSsl ? null : why(OpenSsl.unavailabilityCause()),
        connections);
  }

  private static String why(@Nullable Throwable cause) {
    if (cause == null) {
      return "they are switched off (-D%s=off)".formatted(Transport.NATIVES);
    }
    Throwable deepest = cause;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    String message = String.valueOf(deepest.getMessage());
    return message.lines().findFirst().orElse(deepest.getClass().getSimpleName());
  }
}
