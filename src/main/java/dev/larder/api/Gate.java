package dev.larder.api;

import dev.larder.access.CliToken;
import dev.larder.wire.ErrorCode;
import io.javalin.http.Context;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Who gets through to a route. Runs before every request, also before those no route answers.
///
/// A page from elsewhere can make a browser on this machine send requests here, under a name it has
/// pointed at 127.0.0.1 (DNS rebinding). Such a request carries that name in `Host`; so only
/// addresses, `localhost` and the configured names are taken. Then everything needs the token but
/// the few paths that are open: a route that is added and forgotten here is closed.
final class Gate {
  private static final Set<String> OPEN = Set.of(ConsoleListener.HEALTHY);
  private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
  private static final Pattern IPV6 = Pattern.compile("\\[[0-9a-fA-F:.]+]");
  private static final Pattern PORT = Pattern.compile(":\\d{1,5}$");
  private static final String SCHEME = "bearer ";

  private final Set<String> names = new HashSet<>(Set.of("localhost"));
  private final CliToken token;

  Gate(List<InetSocketAddress> listen, CliToken token) {
    this.token = token;
    for (InetSocketAddress address : listen) {
      names.add(address.getHostString().toLowerCase(Locale.ROOT));
    }
  }

  /// Lets the request through or throws [RequestFailed].
  void check(Context context) {
    String host = context.header("Host");
    if (host == null || !isOurs(host)) {
      throw new RequestFailed(
          ErrorCode.MISDIRECTED,
          host == null
              ? "the request has no Host header"
              : "this console does not answer to the host " + host,
          "ask it by its address, or by localhost");
    }
    if (!OPEN.contains(context.path()) && !isAuthorised(context.header("Authorization"))) {
      throw new RequestFailed(
          ErrorCode.UNAUTHENTICATED,
          context.header("Authorization") == null
              ? "the request carries no token"
              : "the token is not the right one",
          "send Authorization: Bearer TOKEN with the token in " + token.file());
    }
  }

  private boolean isOurs(String host) {
    String name = PORT.matcher(host).replaceFirst("").toLowerCase(Locale.ROOT);
    return IPV4.matcher(name).matches() || IPV6.matcher(name).matches() || names.contains(name);
  }

  private boolean isAuthorised(@Nullable String authorization) {
    return authorization != null
        && authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
        && token.matches(authorization.substring(SCHEME.length()).strip());
  }
}
