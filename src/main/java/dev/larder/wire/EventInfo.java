package dev.larder.wire;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Something that has happened: the data of a server-sent event.
///
/// @param id the same as that of the server-sent event
/// @param at when
/// @param type the same as that of the server-sent event: `repository.changed`
/// @param repository the repository it is about; left out if none
/// @param data more of it, which depends on the type
public record EventInfo(
    String id, Instant at, String type, @Nullable String repository, Map<String, Object> data) {
  /// Takes a defensive copy.
  public EventInfo {
    data = Map.copyOf(data);
  }
}
