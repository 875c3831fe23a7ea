namespace Rig.Viewer.Push;

/// <summary>A push that cannot be taken as it is.</summary>
/// <param name="StatusCode">HTTP.</param>
/// <param name="Error">Names the field or thing and the remedy.</param>
internal sealed record PushRefusal(int StatusCode, string Error)
{
    public static PushRefusal BadRequest(string error) => new(StatusCodes.Status400BadRequest, error);

    public static PushRefusal TooLarge(string error) => new(StatusCodes.Status413PayloadTooLarge, error);
}
