using Rig.Hosting.Access;
using Rig.Hosting.Http;

namespace Rig.Ingest.Api;

/// <summary>The routes that bring recordings, for programs alone (docs/ref/ingest-api.md).</summary>
internal static class UploadRoutes
{
    public const string Root = "/api/v1/upload";

    public static void MapUploads(this WebApplication app)
    {
        var programs = app.MapGroup("").Allow(Roles.Uploader, Roles.Node);
        programs.MapPost(Root, async (HttpContext context, FormUploads forms, ResumableRequests resumable) =>
            FormUploads.Takes(context.Request) ? await forms.UploadAsync(context) : await resumable.CreateAsync(context))
            .Produces<UploadReply>().Produces(StatusCodes.Status201Created).ProducesUploadErrors();
        programs.MapMethods(Root, ["OPTIONS"], (HttpContext context, ResumableRequests resumable) => resumable.Describe(context)).Produces(StatusCodes.Status204NoContent);
        programs.MapMethods(Root + "/{id}", ["HEAD", "GET"], (HttpContext context, string id, ResumableRequests resumable) => resumable.HeadAsync(context, id))
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound);
        programs.MapPatch(Root + "/{id}", (HttpContext context, string id, ResumableRequests resumable) => resumable.AppendAsync(context, id))
            .Produces<UploadReply>().Produces(StatusCodes.Status204NoContent).ProducesUploadErrors().ProducesProblem(StatusCodes.Status404NotFound);
        programs.MapDelete(Root + "/{id}", (HttpContext context, string id, ResumableRequests resumable) => resumable.CancelAsync(context, id))
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound);
        programs.MapPost(Root + "/confirm", ConfirmRequest.ConfirmAsync).ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);

        foreach (var root in new[] { "/api/upload", Root })
        {
            programs.MapPost(root + "/init", (HttpContext context, ChunkedRequests chunked) => chunked.InitAsync(context)).ProducesUploadErrors();
            programs.MapPost(root + "/chunk", (HttpContext context, ChunkedRequests chunked) => chunked.ChunkAsync(context)).ProducesUploadErrors();
            programs.MapPost(root + "/finalize", (HttpContext context, ChunkedRequests chunked) => chunked.FinalizeAsync(context)).Produces<UploadReply>().ProducesUploadErrors();
            programs.MapGetAndHead(root + "/status", (HttpContext context, ChunkedRequests chunked) => chunked.StatusAsync(context)).ProducesProblem(StatusCodes.Status404NotFound);
        }
    }

    private static RouteHandlerBuilder ProducesUploadErrors(this RouteHandlerBuilder route)
    {
        int[] statuses = [400, 408, 409, 413, 503, 507];
        foreach (var status in statuses)
        {
            route.ProducesProblem(status);
        }

        return route;
    }
}
