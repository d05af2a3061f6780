package dev.larder;

import dev.larder.config.Addresses;
import dev.larder.config.InvalidConfig;
import dev.larder.config.Key;
import dev.larder.limits.ClientLimits;
import dev.larder.log.AccessLog;
import dev.larder.mirror.Mirror;
import dev.larder.mirror.MirrorSettings;
import dev.larder.repo.Content;
import dev.larder.repo.Repositories;
import dev.larder.repo.Repository;
import dev.larder.repo.RepositorySettings;
import dev.larder.serve.PackageListener;
import dev.larder.serve.PackagesSettings;
import dev.larder.serve.Site;
import dev.larder.settings.Config;
import dev.larder.settings.LoadedConfig;
import dev.larder.settings.Shadow;
import dev.larder.settings.UpstreamLists;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What is served and where: the mirrors and repositories, and the listener that has addresses for
/// them. They change together, since an address may be for a mirror that is new itself.
final class Serving implements Reloadable {
  private static final Logger LOG = LoggerFactory.getLogger(Serving.class);

  private final Mirrors mirrors;
  private final Repositories repositories;
  private final PackageListener packages;

  private Serving(Mirrors mirrors, Repositories repositories, PackageListener packages) {
    this.mirrors = mirrors;
    this.repositories = repositories;
    this.packages = packages;
  }

  /// Listens, and serves what there is.
  ///
  /// @throws IOException as [PackageListener#open]
  static Serving open(
      Config config,
      Mirrors mirrors,
      Repositories repositories,
      ClientLimits clients,
      AccessLog access)
      throws IOException {
    Site site =
        new Site(
            new ServedContents(mirrors, repositories),
            own(config, mirrors.all(), repositories.all()),
            () -> upstreamHosts(mirrors.all()),
            Set.of());
    // Not an error: it may have been so before this was looked for, or a mirror that comes with
    // Larder may be new, and all else works.
    shadows(mirrors, repositories).forEach(shadow -> LOG.warn("{}", shadow.sentence()));
    return new Serving(
        mirrors, repositories, PackageListener.open(config.packages(), site, clients, access));
  }

  PackageListener packages() {
    return packages;
  }

  @Override
  public Prepared prepare(LoadedConfig next) throws InvalidConfig, IOException {
    Config config = next.config();
    Mirrors.Change mirrored = mirrors.prepare(next);
    Repositories.Change hosted;
    try {
      hosted = repositories.prepare(config.repositories());
    } catch (IOException | RuntimeException e) {
      mirrored.discard();
      throw e;
    }
    try {
      List<Shadow> known = knownShadows(next, hosted.settings());
      PackageListener.Change listening =
          packages.prepare(config.packages(), own(config, mirrored.all(), hosted.all()));
      return new Ready(mirrored, hosted, listening, known);
    } catch (IOException e) {
      hosted.discard();
      mirrored.discard();
      throw located(next, String.valueOf(e.getMessage()));
    } catch (InvalidConfig | RuntimeException e) {
      hosted.discard();
      mirrored.discard();
      throw e;
    }
  }

  /// Paths that no repository will answer at and none answers at now: those are only told, since a
  /// server that starts is not kept from it either.
  ///
  /// @throws InvalidConfig if there are others, with each of them
  private List<Shadow> knownShadows(LoadedConfig next, List<RepositorySettings> hosted)
      throws InvalidConfig {
    List<Shadow> shadows =
        Shadow.of(next.config().mirrors().stream().map(MirrorSettings::name).toList(), hosted);
    List<Shadow> before = shadows(mirrors, repositories);
    List<String> problems =
        shadows.stream()
            .filter(shadow -> !before.contains(shadow))
            .map(shadow ->
                next.problem(
                        List.of("mirror", shadow.mirror()),
                        MirrorSettings.UPSTREAM,
                        shadow.sentence())
                    .getMessage())
            .toList();
    if (!problems.isEmpty()) {
      throw InvalidConfig.of(problems);
    }
    return shadows;
  }

  private static List<Shadow> shadows(Mirrors mirrors, Repositories repositories) {
    return Shadow.of(
        mirrors.all().stream().map(Mirror::name).toList(),
        repositories.all().stream().map(Repository::settings).toList());
  }

  /// All three, ready.
  ///
  /// @param shadows what to warn of
  private record Ready(
      Mirrors.Change mirrored,
      Repositories.Change hosted,
      PackageListener.Change listening,
      List<Shadow> shadows)
      implements Prepared {
    @Override
    public void apply() {
      // Addresses last: whoever connects to a new one finds what it is for.
      mirrored.apply();
      hosted.apply();
      listening.apply();
      shadows.forEach(shadow -> LOG.warn("{}", shadow.sentence()));
    }

    @Override
    public void discard() {
      listening.discard();
      hosted.discard();
      mirrored.discard();
    }
  }

  /// The problem with the place of the key that it is about: the address that it names, else the
  /// certificate.
  private static InvalidConfig located(LoadedConfig next, String problem) {
    Config config = next.config();
    for (MirrorSettings mirror : config.mirrors()) {
      if (isNamed(mirror.listen(), problem)) {
        return next.problem(List.of("mirror", mirror.name()), MirrorSettings.LISTEN, problem);
      }
    }
    for (RepositorySettings repository : config.repositories()) {
      if (isNamed(repository.listen(), problem)) {
        return next.problem(List.of("repo", repository.name()), RepositorySettings.LISTEN, problem);
      }
    }
    boolean address = isNamed(config.packages().listen(), problem);
    Key<?> key = address ? PackagesSettings.LISTEN : PackagesSettings.Tls.CERT;
    return next.problem(address ? List.of("packages") : List.of("packages", "tls"), key, problem);
  }

  private static boolean isNamed(List<InetSocketAddress> addresses, String problem) {
    return addresses.stream()
        .anyMatch(address -> problem.contains(" " + Addresses.format(address) + ":"));
  }

  /// The addresses that contents have for themselves, as they are configured.
  private static List<Site.Own> own(
      Config config, List<Mirror> mirrors, List<Repository> repositories) {
    List<Site.Own> own = new ArrayList<>();
    for (MirrorSettings settings : config.mirrors()) {
      mirrors.stream()
          .filter(mirror -> mirror.name().equals(settings.name()))
          .forEach(mirror -> own(own, mirror, settings.listen()));
    }
    for (RepositorySettings settings : config.repositories()) {
      repositories.stream()
          .filter(repository -> repository.settings().name().equals(settings.name()))
          .forEach(repository -> own(own, repository, settings.listen()));
    }
    return own;
  }

  private static void own(List<Site.Own> own, Content content, List<InetSocketAddress> listen) {
    if (!listen.isEmpty()) {
      own.add(new Site.Own(content, listen));
    }
  }

  private static List<Site.UpstreamHost> upstreamHosts(List<Mirror> mirrors) {
    List<Site.UpstreamHost> hosts = new ArrayList<>();
    for (Mirror mirror : mirrors) {
      for (String host : UpstreamLists.serviceHosts(mirror.settings().upstream())) {
        hosts.add(Site.UpstreamHost.of(URI.create("https://" + host), mirror));
      }
      for (String url : mirror.upstreamUrls()) {
        hosts.add(Site.UpstreamHost.of(URI.create(url), mirror));
      }
    }
    return hosts;
  }
}
