package dev.larder.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RoutesTest {
  private final PlainContent arch = new PlainContent("arch", Path.of("unused"));
  private final PlainContent other = new PlainContent("other", Path.of("unused"));
  private final Site site =
      Site.fixed(
          List.of(arch, other),
          List.of(),
          List.of(
              Site.UpstreamHost.of(URI.create("https://geo.mirror.example"), arch),
              Site.UpstreamHost.of(URI.create("http://many.example/pub/arch"), arch),
              Site.UpstreamHost.of(URI.create("http://many.example/pub/"), other),
              Site.UpstreamHost.of(URI.create("http://127.0.0.1:9000/x/"), other)),
          List.of(),
          Set.of("pantry"));
  private final PlainContent pkg = new PlainContent("pkg", Path.of("unused"));
  private final PlainContent sets = new PlainContent("sets", Path.of("unused"));
  private final PlainContent named = new PlainContent("15.9-r", Path.of("unused"));
  private final Site rooted =
      Site.fixed(
          List.of(arch, pkg, sets, named),
          List.of(),
          List.of(Site.UpstreamHost.of(URI.create("http://update.example"), pkg)),
          List.of(
              new Site.RootPath("/", Pattern.compile("15\\.[0-9](-r)?"), pkg),
              new Site.RootPath("/pub/sets/", null, sets)),
          Set.of("pantry"));
  private final InetSocketAddress local =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 8080);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/                                            | front",
        "/arch/                                       | arch / at /arch/",
        "/arch                                        | arch  at /arch/",
        "/arch/core/os/x86_64/core.db                 | arch core/os/x86_64/core.db at /arch/",
        "/arch/core/                                  | arch core/ at /arch/",
        "/arch/core/?json                             | arch core/ at /arch/",
        "/arch/a+b:1@c~d$e,f                          | arch a+b:1@c~d$e,f at /arch/",
        "/arch/a%2Bb%3A1                              | arch a+b:1 at /arch/",
        "/arch/a%20b                                  | arch a b at /arch/",
        "/arch/%c3%a9                                 | arch é at /arch/",
        "/arch/a%252Fb                                | arch a%2Fb at /arch/",
        "/nothing/x                                   | 404",
        "/arch//core                                  | 400",
        "/arch/core//                                 | 400",
        "/arch//                                      | 400",
        "//arch/core                                  | 400",
        "/arch/../other/x                             | 400",
        "/arch/%2e%2e/other/x                         | 400",
        "/arch/./x                                    | 400",
        "/..                                          | 400",
        "/arch/a%2Fb                                  | 400",
        "/arch/a%5Cb                                  | 400",
        "/arch/a%00b                                  | 400",
        "/arch/a%0d%0ab                               | 400",
        "/arch/a%2                                    | 400",
        "/arch/a%zz                                   | 400",
        "/arch/%ff                                    | 400",
        "/arch/x#y                                    | 400",
        "arch/x                                       | 400",
        "*                                            | 400",
        "http://geo.mirror.example/core/os/core.db    | arch core/os/core.db at /",
        "HTTP://GEO.mirror.example:80/core.db         | arch core.db at /",
        "https://geo.mirror.example/core.db           | arch core.db at /",
        "http://geo.mirror.example                    | arch / at /",
        "http://geo.mirror.example/../x               | 400",
        "http://geo.mirror.example:81/core.db         | 421",
        "http://many.example/pub/arch/core.db         | arch core.db at /pub/arch/",
        "http://many.example/pub/bsd/core.db          | other bsd/core.db at /pub/",
        "http://many.example/core.db                  | 404",
        "http://127.0.0.1:9000/x/core.db              | other core.db at /x/",
        "http://127.0.0.1:8080/arch/core.db           | arch core.db at /arch/",
        "http://localhost:8080/arch/core.db           | arch core.db at /arch/",
        "http://pantry:8080/arch/core.db              | arch core.db at /arch/",
        "http://pantry/arch/core.db                   | 421",
        "http://example.net/core.db                   | 421",
        "http://127.0.0.1:8081/arch/core.db           | 421",
        "http://user@geo.mirror.example/core.db       | 400",
        "http://geo.mirror.example:99999/core.db      | 400",
        "http:///core.db                              | 400",
        "ftp://geo.mirror.example/core.db             | 400",
      })
  void aTargetNames(String target, String expected) {
    assertThat(text(Routes.shared(site).find(target, local))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/                                     | arch / at /",
        "/core/os/core.db                      | arch core/os/core.db at /",
        "/arch/core.db                         | arch arch/core.db at /",
        "//                                    | 400",
        "http://geo.mirror.example/core.db     | arch core.db at /",
        "http://many.example/pub/bsd/core.db   | 404",
        "http://127.0.0.1:9000/x/core.db       | 421",
      })
  void onItsOwnAddressAContentStartsAtTheTop(String target, String expected) {
    assertThat(text(Routes.alone(site, arch).find(target, local))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/                                     | front",
        "/arch/x                               | arch x at /arch/",
        "/pkg/15.0/x                           | pkg 15.0/x at /pkg/",
        "/15.0/latest/All/a~b%2B1.pkg          | pkg 15.0/latest/All/a~b+1.pkg at /",
        "/15%2E1/x                             | pkg 15.1/x at /",
        "/15.0/                                | pkg 15.0/ at /",
        "/15.0                                 | pkg 15.0 at /",
        "/15.0//x                              | 400",
        "/15.0/../arch/x                       | 400",
        "/15.9-r/x                             | 15.9-r x at /15.9-r/",
        "/16.0/x                               | 404",
        "/x15.0/x                              | 404",
        "/pub/sets/releases/base.txz           | sets releases/base.txz at /pub/sets/",
        "/pub/sets/                            | sets / at /pub/sets/",
        "/pub/sets                             | sets  at /pub/sets/",
        "/pub/sets//                           | 400",
        "/pub/setsy                            | 404",
        "/pub/other/x                          | 404",
        "/pub                                  | 404",
        "http://update.example/15.0/x          | pkg 15.0/x at /",
        "http://update.example/other           | pkg other at /",
        "http://pantry:8080/15.0/x             | pkg 15.0/x at /",
        "http://elsewhere.example/15.0/x       | 421",
      })
  void unmistakablePathsAreFoundAtTheTop(String target, String expected) {
    assertThat(text(Routes.shared(rooted).find(target, local))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/pub/sets/releases/base.txz           | sets releases/base.txz at /pub/sets/",
        "/pub/sets/                            | sets / at /pub/sets/",
        "/releases/base.txz                    | sets releases/base.txz at /",
        "/pub/x                                | sets pub/x at /",
        "/15.0/x                               | sets 15.0/x at /",
      })
  void onItsOwnAddressAContentIsAlsoBelowTheKnownPrefix(String target, String expected) {
    assertThat(text(Routes.alone(rooted, sets).find(target, local))).isEqualTo(expected);
    assertThat(text(Routes.alone(rooted, arch).find("/pub/sets/x", local)))
        .isEqualTo("arch pub/sets/x at /");
  }

  private static String text(Place place) {
    return switch (place) {
      case Place.Front() -> "front";
      case Place.Nowhere(int code, String _) -> Integer.toString(code);
      case Place.Closed closed -> closed.code() + " " + closed.reason();
      case Place.Inside inside ->
          inside.content().name()
              + " "
              + inside.path()
              + (inside.directory() ? "/" : "")
              + " at "
              + inside.prefix();
    };
  }
}
