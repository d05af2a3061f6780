package dev.larder;

import dev.larder.access.Access;
import dev.larder.access.AccessSettings;
import dev.larder.api.ConsoleListener;
import dev.larder.cache.Cache;
import dev.larder.config.InvalidConfig;
import dev.larder.limits.ClientLimits;
import dev.larder.log.LogSettings;
import dev.larder.log.Logs;
import dev.larder.repo.Repositories;
import dev.larder.repo.Repository;
import dev.larder.repo.RepositorySettings;
import dev.larder.settings.Config;
import dev.larder.sign.KeyStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/// The parts of a server that take another configuration each for itself.
final class ReloadableParts {
  private ReloadableParts() {}

  /// The logs. Those that are to be as they are stay open.
  static Reloadable of(Logs logs, LogSettings running) {
    AtomicReference<LogSettings> current = new AtomicReference<>(running);
    return next -> {
      LogSettings wanted = next.config().log();
      if (wanted.equals(current.get())) {
        return Reloadable.ready(() -> {});
      }
      Logs.Change change = logs.prepare(wanted);
      return new Reloadable.Prepared() {
        @Override
        public void apply() {
          change.apply();
          current.set(wanted);
        }

        @Override
        public void discard() {
          change.discard();
        }
      };
    };
  }

  /// What mirrors may take of the disk.
  static Reloadable of(Cache cache) {
    return next -> Reloadable.ready(cache.prepare(next.config().cache()));
  }

  /// What clients may use.
  static Reloadable of(ClientLimits clients) {
    return next -> Reloadable.ready(() -> clients.change(next.config().limits()));
  }

  /// Who may use the console, and under which names.
  static Reloadable of(Access access, ConsoleListener console) {
    return next ->
        Reloadable.ready(() -> {
          access.reload(accessSettings(next.config()));
          console.reload(next.config().console());
        });
  }

  /// Who may use the console, as it is configured.
  static AccessSettings accessSettings(Config config) {
    return new AccessSettings(
        config.console().anonymousReads(), config.console().authorizedSecrets(), config.tokens());
  }

  /// Whether repositories that are new or signed by others than before can be signed. Of those that
  /// stay as they are, [Repository] says it whenever they cannot be.
  static Reloadable keysOf(Repositories repositories, KeyStore keys) {
    return next -> {
      List<String> problems = new ArrayList<>();
      for (RepositorySettings settings : next.config().repositories()) {
        Repository known = repositories.find(settings.name());
        boolean same = known != null && keyNames(known.settings()).equals(keyNames(settings));
        if (!same && !keyNames(settings).isEmpty()) {
          try {
            new RepositoryKeys(() -> settings, keys).signers();
          } catch (IOException e) {
            problems.add(
                next.problem(
                        List.of("repo", settings.name()),
                        RepositorySettings.SIGN,
                        String.valueOf(e.getMessage()))
                    .getMessage());
          }
        }
      }
      if (!problems.isEmpty()) {
        throw InvalidConfig.of(problems);
      }
      return Reloadable.ready(() -> {});
    };
  }

  /// The keys that are named; a repository without has one of its own, which is made.
  private static List<String> keyNames(RepositorySettings settings) {
    List<String> named = settings.keys();
    return named == null ? List.of() : named;
  }
}
