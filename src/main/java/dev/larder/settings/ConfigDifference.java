package dev.larder.settings;

import dev.larder.config.KeyTable;
import dev.larder.config.Setting;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/// How two configurations differ, key by key. What matters is what a key comes to, not where it is
/// written: a default that is spelled out is no difference.
///
/// @param entries mirrors, repositories and tokens that were added or removed as a whole, and other
///   keys whose values differ; in the order of the new configuration, what was removed last
public record ConfigDifference(List<Entry> entries) {
  /// Tables of which there are as many as somebody names.
  private static final Set<String> NAMED = Set.of("mirror", "repo", "token");

  /// Takes a defensive copy.
  public ConfigDifference {
    entries = List.copyOf(entries);
  }

  /// What happened to a key or a table.
  public enum What {
    /// It is there now.
    ADDED,
    /// It was there.
    REMOVED,
    /// Its value is another one.
    CHANGED
  }

  /// One difference.
  ///
  /// @param name of the key with its tables, `mirror.arch.upstream`; of the table where all of it
  ///   came or went, `mirror.arch`
  /// @param before its value in TOML; null if it had none, must not be shown, or is a table
  /// @param after the same for now
  /// @param secret whether its values must not be shown
  /// @param restart whether only a restart brings it about
  public record Entry(
      String name,
      What what,
      @Nullable String before,
      @Nullable String after,
      boolean secret,
      boolean restart) {
    /// For people, in one line.
    public String line() {
      String how =
          switch (what) {
            case ADDED -> "added";
            case REMOVED -> "removed";
            case CHANGED ->
                secret
                    ? "changed"
                    : Objects.requireNonNullElse(before, "not set")
                        + " -> "
                        + Objects.requireNonNullElse(after, "not set");
          };
      return name + ": " + how + (restart ? " (needs a restart)" : "");
    }
  }

  /// Compares two configurations.
  ///
  /// @param restart whether only a restart changes a key, of its tables and its name
  public static ConfigDifference of(
      List<Setting> before, List<Setting> after, BiPredicate<List<String>, String> restart) {
    Map<Id, Setting> old = byId(before);
    Map<Id, Setting> now = byId(after);
    Set<List<String>> oldTables = named(old);
    Set<List<String>> newTables = named(now);
    Set<Id> all = new LinkedHashSet<>(now.keySet());
    all.addAll(old.keySet());
    Set<List<String>> told = new LinkedHashSet<>();
    List<Entry> entries = new ArrayList<>();
    for (Id id : all) {
      if (id.isNamed() && !oldTables.contains(id.table())) {
        if (told.add(id.table())) {
          entries.add(whole(id, What.ADDED));
        }
      } else if (id.isNamed() && !newTables.contains(id.table())) {
        if (told.add(id.table())) {
          entries.add(whole(id, What.REMOVED));
        }
      } else {
        String was = toml(old.get(id));
        String is = toml(now.get(id));
        if (!Objects.equals(was, is)) {
          boolean secret = id.isSecret();
          entries.add(
              new Entry(
                  id.text(),
                  What.CHANGED,
                  secret ? null : was,
                  secret ? null : is,
                  secret,
                  restart.test(id.table(), id.key())));
        }
      }
    }
    return new ConfigDifference(entries);
  }

  private static Entry whole(Id id, What what) {
    return new Entry(String.join(".", id.table()), what, null, null, false, false);
  }

  private static @Nullable String toml(@Nullable Setting setting) {
    return setting == null ? null : setting.toml();
  }

  /// What a key is known by.
  ///
  /// @param table names of its tables; for a token its name in place of its number
  private record Id(List<String> table, String key) {
    boolean isNamed() {
      return table.size() > 1 && NAMED.contains(table.getFirst());
    }

    boolean isSecret() {
      for (KeyTable known : Config.TABLES) {
        String top = known.path().replaceAll("[\\[\\]]", "").split("\\.", 2)[0];
        if (!table.isEmpty() && top.equals(table.getFirst())) {
          for (var each : known.keys()) {
            if (each.name().equals(key) && each.type().isSecret()) {
              return true;
            }
          }
        }
      }
      return false;
    }

    String text() {
      return table.isEmpty() ? key : String.join(".", table) + "." + key;
    }
  }

  private static Map<Id, Setting> byId(List<Setting> settings) {
    Map<Integer, String> tokens = new LinkedHashMap<>();
    for (Setting setting : settings) {
      if (setting.number() > 0 && setting.key().equals("name") && setting.toml() != null) {
        tokens.put(setting.number(), setting.toml().replace("\"", ""));
      }
    }
    Map<Id, Setting> all = new LinkedHashMap<>();
    for (Setting setting : settings) {
      List<String> table = new ArrayList<>(setting.table());
      if (setting.number() > 0) {
        table.add(tokens.getOrDefault(setting.number(), Integer.toString(setting.number())));
      }
      all.put(new Id(List.copyOf(table), setting.key()), setting);
    }
    return all;
  }

  private static Set<List<String>> named(Map<Id, Setting> settings) {
    Set<List<String>> tables = new LinkedHashSet<>();
    for (Id id : settings.keySet()) {
      if (id.isNamed()) {
        tables.add(id.table());
      }
    }
    return tables;
  }
}
