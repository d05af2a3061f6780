package dev.larder.serve;

import dev.larder.config.Addresses;
import dev.larder.repo.Content;
import dev.larder.repo.Repository;
import dev.larder.repo.RepositoryReport;
import dev.larder.snippet.Address;
import dev.larder.snippet.Client;
import dev.larder.snippet.OwnRepository;
import dev.larder.snippet.Snippet;
import dev.larder.snippet.Ways;
import dev.larder.store.RelPath;
import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// The pages of the package listener: what is served, and directory listings. Plain enough for
/// `wget -r`, lynx and scripts; nothing in them comes from elsewhere.
final class Pages {
  private static final DateTimeFormatter MINUTE =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final String NO_DATE = " ".repeat(16);
  private static final int NAME_WIDTH = 60;
  private static final String HTML = "text/html; charset=utf-8";

  private final TemplateEngine templates =
      TemplateEngine.createPrecompiled(
          null, ContentType.Html, Pages.class.getClassLoader(), "dev.larder.pages");
  private final JsonMapper json = JsonMapper.builder().build();
  private final Site site;
  private final Supplier<Map<String, List<InetSocketAddress>>> own;

  /// @param own gives the addresses that contents have for themselves, by their names; asked for
  ///   each page, so it must not block
  Pages(Site site, Supplier<Map<String, List<InetSocketAddress>>> own) {
    this.site = site;
    this.own = own;
  }

  /// The page at `/`.
  ///
  /// @param reception which contents the client may have; no others are shown
  Reply front(Request request, Reception.Asked asked, Reception reception) {
    Map<String, List<InetSocketAddress>> alone = own.get();
    List<FrontPage.Served> served =
        site.served().get().contents().stream()
            .filter(content -> reception.admits(request.client(), content))
            .sorted(Comparator.comparing(Content::name))
            .map(content -> served(content, asked, alone.getOrDefault(content.name(), List.of())))
            .toList();
    return render(request, "serve/front.jte", new FrontPage(served));
  }

  private FrontPage.Served served(
      Content content, Reception.Asked asked, List<InetSocketAddress> alone) {
    String path = "/" + Target.encode(content.name()) + "/";
    Address here = new Address(asked.at(), path, false);
    // The way it has come is one that the client can go; others may be closed to it.
    Ways ways =
        new Ways(
            asked.at(),
            alone.stream().map(each -> asked.scheme() + "://" + Addresses.format(each)).toList(),
            List.of(asked.at()),
            path,
            !(content instanceof Repository) && atRoot(content));
    Client client = Client.of(content.format());
    Predicate<Address> canReach =
        client == null || content instanceof Repository ? _ -> true : client::canReach;
    Address best = ways.best(canReach, here::host);
    Address address = best == null ? here : best;
    List<Snippet> snippets =
        content instanceof Repository repository
            ? own(repository, address)
            : client == null ? List.of() : client.snippets(address);
    // A public URL may have a path, which a proxy takes off.
    String href = URI.create(asked.at()).getRawPath() + path;
    return new FrontPage.Served(content.name(), content.format(), href, address.url(), snippets);
  }

  private static List<Snippet> own(Repository repository, Address address) {
    RepositoryReport report = repository.report();
    boolean signed = !report.signedBy().isEmpty();
    OwnRepository.Check check =
        !signed
            ? OwnRepository.Check.NONE
            : report.settings().isPacman()
                ? OwnRepository.Check.OPENPGP
                : switch (report.settings().signature()) {
                  case FINGERPRINTS -> OwnRepository.Check.FINGERPRINTS;
                  case PUBKEY -> OwnRepository.Check.PUBKEY;
                };
    String fingerprint = signed ? report.signedBy().getFirst() : "";
    return new OwnRepository(report.settings().name(), address, check, fingerprint)
        .snippets(repository.format());
  }

  /// Paths of a format that are unmistakable belong to the first content that has it.
  private boolean atRoot(Content content) {
    return site.served().get().contents().stream()
        .filter(other -> other.format().equals(content.format()))
        .findFirst()
        .filter(content::equals)
        .isPresent();
  }

  /// The listing of a directory; null if there is none.
  @Nullable Reply listing(Request request, Place.Inside place) throws IOException {
    List<Content.Entry> entries = place.content().list(place.path());
    if (entries.isEmpty() && !place.path().isRoot()) {
      return null;
    }
    int question = request.target().indexOf('?');
    if (question >= 0 && request.target().substring(question + 1).equals("json")) {
      List<Map<String, Object>> values = entries.stream().map(Pages::value).toList();
      return Replies.page(request, "application/json", json.writeValueAsBytes(values));
    }
    List<ListingPage.Row> rows =
        entries.stream()
            .sorted(Comparator.comparing(entry -> !entry.directory()))
            .map(Pages::row)
            .toList();
    boolean top = place.path().isRoot();
    String title = place.content().name() + (top ? "" : "/" + place.path());
    ListingPage page = new ListingPage(title, crumbs(place), top, rows);
    return render(request, "serve/listing.jte", page);
  }

  private Reply render(Request request, String template, Object page) {
    StringOutput html = new StringOutput(8192);
    templates.render(template, page, html);
    return Replies.page(request, HTML, html.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static Map<String, Object> value(Content.Entry entry) {
    Map<String, Object> value = new LinkedHashMap<>();
    value.put("name", entry.name());
    value.put("type", entry.directory() ? "directory" : "file");
    if (entry.lastModified() != null) {
      value.put("mtime", entry.lastModified().toString());
    }
    if (entry.size() >= 0 && !entry.directory()) {
      value.put("size", entry.size());
    }
    value.put("held", entry.held());
    return value;
  }

  private static ListingPage.Row row(Content.Entry entry) {
    String label = entry.directory() ? entry.name() + "/" : entry.name();
    // "./" keeps a name with a colon from being read as a scheme.
    String href = "./" + Target.encode(label);
    String gap = " ".repeat(Math.max(2, NAME_WIDTH - label.length()));
    String date = entry.lastModified() == null ? NO_DATE : MINUTE.format(entry.lastModified());
    String size = entry.directory() || entry.size() < 0 ? "-" : size(entry.size());
    String rest = gap + date + " ".repeat(Math.max(2, 12 - size.length())) + size;
    return new ListingPage.Row(label, href, rest, entry.held());
  }

  private static String size(long bytes) {
    if (bytes < 1024) {
      return bytes + " B";
    }
    double value = bytes;
    int unit = -1;
    while (value >= 1024 && unit < 4) {
      value /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, "%.1f %ciB", value, "KMGTP".charAt(unit));
  }

  /// The way up, relative, so that it is right under whichever prefix the client came.
  private static List<ListingPage.Crumb> crumbs(Place.Inside place) {
    RelPath path = place.path();
    List<String> names = path.isRoot() ? List.of() : List.of(path.value().split("/"));
    List<ListingPage.Crumb> crumbs = new ArrayList<>();
    int depth = names.size();
    if (place.prefix().equals("/" + place.content().name() + "/")) {
      int below = place.content().name().split("/", -1).length;
      crumbs.add(new ListingPage.Crumb("larder", "../".repeat(depth + below)));
    }
    crumbs.add(new ListingPage.Crumb(place.content().name(), up(depth)));
    for (int i = 0; i < depth; i++) {
      crumbs.add(new ListingPage.Crumb(names.get(i), up(depth - i - 1)));
    }
    return crumbs;
  }

  private static String up(int levels) {
    return levels == 0 ? "./" : "../".repeat(levels);
  }
}
