package dev.larder.api;

import java.util.Map;

/// What was logged since the start.
///
/// @param messages by level: `error`, `warn`, `info`, `debug`
/// @param accessDropped lines that the access log lacks
public record LogReport(Map<String, Long> messages, long accessDropped) {
  /// Takes a defensive copy.
  public LogReport {
    messages = Map.copyOf(messages);
  }
}
