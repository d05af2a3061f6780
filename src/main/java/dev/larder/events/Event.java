package dev.larder.events;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Something that has happened.
///
/// @param id tells it from all others, also those of former runs of the server
/// @param at when
/// @param type what: `repository.changed`
/// @param repository which repository of our own it is about, or null
/// @param data more of it: text, numbers, truth values, lists and maps of these
public record Event(
    String id, Instant at, String type, @Nullable String repository, Map<String, Object> data) {
  /// The type of what tells a follower that it has missed events and should look at everything
  /// anew.
  public static final String RESET = "reset";

  /// Takes a defensive copy.
  public Event {
    data = Map.copyOf(data);
  }
}
