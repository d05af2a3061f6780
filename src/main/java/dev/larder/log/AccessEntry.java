package dev.larder.log;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// A request that was answered, or was given up by its client.
///
/// @param millis when that was, in milliseconds since the epoch
/// @param client who asked
/// @param asked for what
/// @param status code of the response; 0 if the client left before there was one
/// @param bytes of the body that were sent
/// @param nanos from the request's arrival to the last byte
/// @param isComplete whether all of the response was sent
/// @param found where and how the answer was found
public record AccessEntry(
    long millis,
    InetAddress client,
    Asked asked,
    int status,
    long bytes,
    long nanos,
    boolean isComplete,
    Found found) {
  /// What the client said, as it said it: not to be trusted. What is longer than any request that
  /// makes sense is cut and ends with `...`: thousands of entries wait in memory, and a line with
  /// all of it escaped has to fit into a datagram.
  ///
  /// @param method `GET`
  /// @param target path and query, percent-encoded
  /// @param protocol `HTTP/1.1`
  /// @param agent the `User-Agent` header, or null
  public record Asked(String method, String target, String protocol, @Nullable String agent) {
    static final int LONGEST_METHOD = 32;
    static final int LONGEST_TARGET = 1000;
    static final int LONGEST_AGENT = 200;

    /// Cuts.
    public Asked {
      method = Escaped.cut(method, LONGEST_METHOD);
      target = Escaped.cut(target, LONGEST_TARGET);
      agent = agent == null ? null : Escaped.cut(agent, LONGEST_AGENT);
    }

    /// About how many bytes of memory it takes.
    int weight() {
      return method.length() + target.length() + (agent == null ? 0 : agent.length());
    }
  }

  /// How an answer was found.
  ///
  /// @param content the mirror or repository that answered: `arch`, `repo/internal`; null if none
  ///   was asked
  /// @param verdict one word: `hit`, `miss`
  /// @param upstream base URL of the one that was asked, or null
  public record Found(@Nullable String content, String verdict, @Nullable String upstream) {}
}
