using Rig.Domain.Identity;

namespace Rig.Actors.Recording;

/// <summary>
/// What the node's storage is asked, by REST routes and by offload, through the camera actor. Every order may be repeated and is then
/// answered as the first time.
/// </summary>
public static class StorageProtocol
{
    /// <summary>Longer receipts are refused.</summary>
    public const int MaxReceiptLength = 4096;

    public interface IStorageRequest : INoSerializationVerificationNeeded;

    /// <summary>Answer: <see cref="Catalogue"/>, with every take that was announced before this was sent.</summary>
    public sealed record GetCatalogue : IStorageRequest;

    /// <summary>
    /// A server says that it holds these very bytes. Answer: <see cref="TakeConfirmed"/> once that is durable,
    /// <see cref="TakeNotHere"/>, <see cref="ChecksumDiffers"/>, or <see cref="StorageFailed"/>.
    /// </summary>
    /// <param name="Sha256">Hex; must be the catalogue's own. Letter case does not matter.</param>
    /// <param name="Receipt">The server's own text, at most <see cref="MaxReceiptLength"/> characters.</param>
    public sealed record ConfirmTake(TakeId Id, string Sha256, string Receipt) : IStorageRequest;

    /// <param name="Deleted">It was deleted at once, as configured.</param>
    public sealed record TakeConfirmed(TakeId Id, bool Deleted) : INoSerializationVerificationNeeded;

    /// <param name="Expected">Lower-case hex of the bytes that are here.</param>
    public sealed record ChecksumDiffers(TakeId Id, string Expected) : INoSerializationVerificationNeeded;

    public sealed record TakeNotHere(TakeId Id) : INoSerializationVerificationNeeded;

    /// <summary>
    /// Answer: <see cref="TakeDeleted"/>, <see cref="TakeKept"/> where no receipt for exactly its SHA-256 is recorded,
    /// <see cref="TakeNotHere"/>, or <see cref="StorageFailed"/>.
    /// </summary>
    public sealed record DeleteTake(TakeId Id) : IStorageRequest;

    public sealed record TakeDeleted(TakeId Id) : INoSerializationVerificationNeeded;

    /// <summary>It is the only copy.</summary>
    public sealed record TakeKept(TakeId Id) : INoSerializationVerificationNeeded;

    /// <summary>Answer: <see cref="ConfirmedTakesDeleted"/> or <see cref="StorageFailed"/>.</summary>
    public sealed record DeleteConfirmedTakes : IStorageRequest;

    /// <param name="Ids">Those that were deleted now.</param>
    public sealed record ConfirmedTakesDeleted(IReadOnlyList<TakeId> Ids, long FreedBytes) : INoSerializationVerificationNeeded;

    /// <summary>Nothing is lost; the same may be asked again.</summary>
    /// <param name="Message">Why, in plain words.</param>
    public sealed record StorageFailed(string Message) : INoSerializationVerificationNeeded;
}
