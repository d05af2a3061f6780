package dev.larder.format.freebsd;

import dev.larder.format.InvalidPackage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// What a package has to tell its users when it is installed, upgraded or removed: a text, or an
/// array of texts with the occasion of each (`pkg.c`, `pkg_message_from_ucl`).
final class MessageList {
  private static final Set<String> OCCASIONS = Set.of("install", "upgrade", "remove");

  private MessageList() {}

  /// Appends them to a record, if there are any.
  ///
  /// @param where what they are in, for messages
  /// @param entries of the manifest
  /// @throws InvalidPackage if pkg would not read them
  static void put(StringBuilder out, String where, Map<String, Ucl> entries) throws InvalidPackage {
    List<Map<String, String>> messages = new ArrayList<>();
    for (String key : List.of("message", "messages")) {
      switch (entries.get(key)) {
        case null -> {}
        case Ucl.Text(String text) -> messages.add(Map.of("message", text.strip()));
        case Ucl.Many(List<Ucl> several) -> {
          for (Ucl one : several) {
            messages.add(message(where, one));
          }
        }
        case Ucl.Table _ -> throw new InvalidPackage(where + ": " + key + " is not an array");
      }
    }
    if (messages.isEmpty()) {
      return;
    }
    JsonText.key(out, "messages");
    out.append('[');
    for (int i = 0; i < messages.size(); i++) {
      out.append(i == 0 ? "" : ",");
      JsonText.object(out, messages.get(i));
    }
    out.append(']');
  }

  private static Map<String, String> message(String where, Ucl given) throws InvalidPackage {
    if (!(given instanceof Ucl.Table(Map<String, Ucl> about))
        || !(about.get("message") instanceof Ucl.Text(String text))
        || text.indexOf('\0') >= 0) {
      throw new InvalidPackage(where + ": messages has an element without a message");
    }
    Map<String, String> message = new LinkedHashMap<>();
    message.put("message", text.strip());
    String occasion =
        about.get("type") instanceof Ucl.Text(String type) ? type.toLowerCase(Locale.ROOT) : "";
    if (OCCASIONS.contains(occasion)) {
      message.put("type", occasion);
    }
    if (occasion.equals("upgrade")) {
      for (String limit : List.of("maximum_version", "minimum_version")) {
        if (about.get(limit) instanceof Ucl.Text(String version)) {
          message.put(limit, version);
        }
      }
    }
    return message;
  }
}
