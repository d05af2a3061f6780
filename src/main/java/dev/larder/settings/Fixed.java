package dev.larder.settings;

import dev.larder.api.ConsoleSettings;
import dev.larder.config.Setting;
import dev.larder.mirror.MirrorSettings;
import dev.larder.repo.RepositorySettings;
import java.util.ArrayList;
import java.util.List;

/// What a server keeps of its configuration until it is started again: where its data is, where the
/// console listens, how it reaches the outside, and the formats of what it serves.
public final class Fixed {
  private final Config running;
  private final Config next;

  /// What stays when `next` is taken.
  ///
  /// @param running what the server goes by
  /// @param next what its file says now
  public Fixed(Config running, Config next) {
    this.running = running;
    this.next = next;
  }

  /// Whether `key` in `table` stays as it is.
  public boolean has(List<String> table, String key) {
    String name = table.size() > 1 ? table.get(1) : "";
    return switch (table.isEmpty() ? "" : table.getFirst()) {
      case "" -> key.equals(Config.DATA.name());
      case "console" -> key.equals(ConsoleSettings.LISTEN.name());
      case "egress" -> true;
      case "mirror" -> next.mirrors().stream().anyMatch(m -> m.name().equals(name) && isOther(m));
      case "repo" ->
          next.repositories().stream().anyMatch(r -> r.name().equals(name) && isOther(r));
      default -> false;
    };
  }

  private boolean isOther(MirrorSettings mirror) {
    return !mirror.format().equals(kept(mirror).format());
  }

  private boolean isOther(RepositorySettings repository) {
    return !repository.format().equals(kept(repository).format());
  }

  private MirrorSettings kept(MirrorSettings mirror) {
    return running.mirrors().stream()
        .filter(one -> one.name().equals(mirror.name()))
        .findFirst()
        .orElse(mirror);
  }

  private RepositorySettings kept(RepositorySettings repository) {
    return running.repositories().stream()
        .filter(one -> one.name().equals(repository.name()))
        .findFirst()
        .orElse(repository);
  }

  /// The next configuration with what stays as it is.
  ///
  /// @param loaded the next one
  /// @param before settings of the running one
  public LoadedConfig merged(LoadedConfig loaded, List<Setting> before) {
    ConsoleSettings console = next.console();
    Config config =
        new Config(
            running.data(),
            next.packages(),
            next.limits(),
            new ConsoleSettings(
                running.console().listen(),
                console.hosts(),
                console.anonymousReads(),
                console.authorizedSecrets()),
            next.tokens(),
            next.cache(),
            running.egress(),
            next.log(),
            next.mirrors().stream().map(m -> isOther(m) ? kept(m) : m).toList(),
            next.repositories().stream().map(r -> isOther(r) ? kept(r) : r).toList());
    List<Setting> settings = new ArrayList<>();
    for (Setting setting : loaded.settings()) {
      settings.add(has(setting.table(), setting.key()) ? before(setting, before) : setting);
    }
    return new LoadedConfig(config, loaded.file(), settings);
  }

  private static Setting before(Setting setting, List<Setting> before) {
    return before.stream()
        .filter(one -> one.table().equals(setting.table()) && one.key().equals(setting.key()))
        .findFirst()
        .orElse(setting);
  }
}
