package dev.larder.serve;

import java.util.Map;

/// What was done at one address of the package listener: a snapshot.
///
/// @param listener the address as it is configured, so with port 0 where any free one is taken:
///   several of those count together
/// @param connections that are open
/// @param accepted connections since the start, those among them that were closed at once
/// @param sentBytes of bodies, since the start; those of a response when it has ended
/// @param responses begun since the start, by status code; none without a response
public record TrafficReport(
    String listener,
    long connections,
    long accepted,
    long sentBytes,
    Map<Integer, Long> responses) {
  /// Takes a defensive copy.
  public TrafficReport {
    responses = Map.copyOf(responses);
  }
}
