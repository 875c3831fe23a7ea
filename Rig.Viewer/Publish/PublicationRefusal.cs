namespace Rig.Viewer.Publish;

/// <summary>A publication that cannot be taken as it is.</summary>
/// <param name="StatusCode">HTTP.</param>
/// <param name="Error">Names the field or thing and the remedy.</param>
internal sealed record PublicationRefusal(int StatusCode, string Error)
{
    public static PublicationRefusal BadRequest(string error) => new(StatusCodes.Status400BadRequest, error);

    public static PublicationRefusal TooLarge(string error) => new(StatusCodes.Status413PayloadTooLarge, error);
}
