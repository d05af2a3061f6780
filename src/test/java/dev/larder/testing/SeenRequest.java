package dev.larder.testing;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A request a test server received.
///
/// @param method `GET`
/// @param target the request target exactly as sent, `/core/a%2Bb.pkg?x=y`
/// @param path its path, decoded, without a leading slash
/// @param headers by lower-case name, values in the order sent
/// @param connection the number of the connection it came over, counted from 1
/// @param client the address it came from
public record SeenRequest(
    String method,
    String target,
    String path,
    Map<String, List<String>> headers,
    long connection,
    String client) {
  /// The first value of the header `name`, or null.
  public @Nullable String header(String name) {
    List<String> values = headers.get(name.toLowerCase(Locale.ROOT));
    return values == null ? null : values.getFirst();
  }
}
